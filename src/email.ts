/** Who gets mail from whom, and through which server? */
import type { Problem, Settings } from "./setting.ts";

export interface EmailConfig {
  readonly sender: string;
  /** `null`: the server asks for none. */
  readonly password: string | null;
  readonly recipients: readonly string[];
  /** `tls`: from the first byte; `starttls`: or nothing is sent; `none`: in clear. */
  readonly smtp: { readonly host: string; readonly port: number; readonly secure: "tls" | "starttls" | "none" };
}

/** The settings of mail, each read by itself. */
interface MailValues {
  readonly EMAIL_SENDER_ADDRESS?: string | undefined;
  readonly EMAIL_SENDER_PASSWORD?: string | undefined;
  readonly EMAIL_RECIPIENT_ADDRESS?: readonly string[] | undefined;
  readonly SMTP_HOST: string;
  readonly SMTP_PORT: number;
  readonly SMTP_SECURE?: EmailConfig["smtp"]["secure"] | undefined;
}

/** `null` unless sender and recipients are given. The port tells how the connection is secured, unless that is said. */
export function emailOf(values: MailValues): EmailConfig | null {
  const { EMAIL_SENDER_ADDRESS: sender, EMAIL_RECIPIENT_ADDRESS: recipients, SMTP_PORT: port } = values;
  if (sender === undefined || recipients === undefined) return null;
  const smtp = {
    host: values.SMTP_HOST,
    port,
    secure: values.SMTP_SECURE ?? (port === 465 ? "tls" : "starttls"),
  } as const;
  return { sender, password: values.EMAIL_SENDER_PASSWORD ?? null, recipients, smtp };
}

/** Mail wants a sender and a recipient; one without the other is a slip, not a wish for no mail. */
export function halfMail({ values }: Settings): Problem[] {
  const given = Object.keys(values).find((name) => name.startsWith("EMAIL_"));
  return ["EMAIL_SENDER_ADDRESS", "EMAIL_RECIPIENT_ADDRESS"]
    .filter((name) => given !== undefined && values[name] === undefined)
    .map((name) => ({ name, message: `Cannot send mail: ${given} is given, ${name} is missing` }));
}
