/** Who gets mail from whom, and through which server? */
import type { Problem, Settings } from "./setting.ts";

export interface EmailConfig {
  readonly sender: string;
  /** At the mail server; as a rule the sender's address. */
  readonly user: string;
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
  readonly SMTP_USER?: string | undefined;
  readonly SMTP_HOST?: string | undefined;
  readonly SMTP_PORT: number;
  readonly SMTP_SECURE?: EmailConfig["smtp"]["secure"] | undefined;
}

/** Whose mail goes out through which server. Others are named by SMTP_HOST. */
const SERVERS: readonly (readonly [domains: RegExp, host: string])[] = [
  [/^(gmail|googlemail)\.com$/, "smtp.gmail.com"],
  [/^(outlook|hotmail|live|msn)\.[a-z.]+$/, "smtp-mail.outlook.com"],
  [/^(yahoo|ymail|rocketmail)\.[a-z.]+$/, "smtp.mail.yahoo.com"],
  [/^(icloud|me|mac)\.com$/, "smtp.mail.me.com"],
  [/^gmx\.(com|us)$/, "mail.gmx.com"],
  [/^gmx\.[a-z]+$/, "mail.gmx.net"],
  [/^web\.de$/, "smtp.web.de"],
  [/^fastmail\.[a-z]+$/, "smtp.fastmail.com"],
  [/^zoho(mail)?\.com$/, "smtp.zoho.com"],
  [/^aol\.com$/, "smtp.aol.com"],
];

/** The pipeline this replaces knew only this one: an address of a company's own may well be kept there. */
const FALLBACK = "smtp.gmail.com";

function serverOf(sender: string): string {
  const domain = sender.slice(sender.lastIndexOf("@") + 1).toLowerCase();
  return SERVERS.find(([domains]) => domains.test(domain))?.[1] ?? FALLBACK;
}

/** `null` unless sender and recipients are given. The port tells how the connection is secured, unless that is said. */
export function emailOf(values: MailValues): EmailConfig | null {
  const { EMAIL_SENDER_ADDRESS: sender, EMAIL_RECIPIENT_ADDRESS: recipients, SMTP_PORT: port } = values;
  if (sender === undefined || recipients === undefined) return null;
  const smtp = {
    host: values.SMTP_HOST ?? serverOf(sender),
    port,
    secure: values.SMTP_SECURE ?? (port === 465 ? "tls" : "starttls"),
  } as const;
  return { sender, user: values.SMTP_USER ?? sender, password: values.EMAIL_SENDER_PASSWORD ?? null, recipients, smtp };
}

/** Mail wants a sender and a recipient; one without the other is a slip, not a wish for no mail. */
export function halfMail({ values }: Settings): Problem[] {
  const given = Object.keys(values).find((name) => /^EMAIL_(SENDER|RECIPIENT)_/.test(name));
  return ["EMAIL_SENDER_ADDRESS", "EMAIL_RECIPIENT_ADDRESS"]
    .filter((name) => given !== undefined && values[name] === undefined)
    .map((name) => ({ name, message: `Cannot send mail: ${given} is given, ${name} is missing` }));
}

/** How the password looks on the wire, where a server that is out of sorts might repeat it. */
export function secretsOfLogin({ user, password }: Pick<EmailConfig, "user" | "password">): string[] {
  if (password === null) return [];
  const base64 = (text: string) => new TextEncoder().encode(text).toBase64();
  return [base64(password), base64(`\0${user}\0${password}`)].map((text) => text.replace(/=+$/, ""));
}
