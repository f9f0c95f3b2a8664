/** Which texts must never leave the program? Every secret that was given, in each spelling it may turn up in. */
import { secretsOfUrl } from "./channels.ts";
import { passwordsOf } from "./database.ts";
import { secretsOfLogin } from "./email.ts";
import type { Settings } from "./setting.ts";
import { VARIABLES } from "./variables.ts";

/** Every secret value that was given, in each spelling it may turn up in, whether or not the rest can be used. */
export function secretsIn({ values }: Settings): string[] {
  const plain = VARIABLES.flatMap(({ name, secret }) => secret && values[name] !== undefined ? [values[name]] : []);
  const secrets = plain.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  if (values.DATABASE_URL !== undefined) secrets.push(...passwordsOf(values.DATABASE_URL));
  for (const name of ["SLACK_WEBHOOK_URL", "WEBHOOK_URL", "PING_URL"]) {
    secrets.push(...secretsOfUrl(values[name] ?? ""));
  }
  const user = values.SMTP_USER ?? values.EMAIL_SENDER_ADDRESS ?? "";
  secrets.push(...secretsOfLogin({ user, password: values.EMAIL_SENDER_PASSWORD ?? null }));
  return [...new Set(secrets)];
}
