/**
 * Which environment variables exist, under which old names, and what does each mean?
 * The one table behind the parser (config.ts), the value finder (setting.ts), `.env.example` and the documentation.
 */

export interface Variable {
  readonly name: string;
  /** Names the two older pipelines used; the canonical name wins. */
  readonly aliases: readonly string[];
  /** Never printed; may also be given as the path of a file, in `<name>_FILE`. */
  readonly secret: boolean;
  /** What an unset (or empty) variable means; `null`: nothing. */
  readonly default: string | null;
  /** What `.env.example` sets instead of the default, and why; `null`: the default. */
  readonly example: { readonly value: string; readonly why: string } | null;
  readonly group: string;
  readonly description: string;
}

type Extra = Partial<Pick<Variable, "aliases" | "secret" | "example">>;

function group(title: string, rows: readonly (readonly [string, string | null, string, Extra?])[]): Variable[] {
  return rows.map(([name, fallback, description, extra]) => ({
    name,
    aliases: extra?.aliases ?? [],
    secret: extra?.secret ?? false,
    default: fallback,
    example: extra?.example ?? null,
    group: title,
    description,
  }));
}

const SECRET = { secret: true } as const;

/** Every variable the program reads, in the order the documentation shows them. */
export const VARIABLES: readonly Variable[] = [
  ...group("Alpha Vantage", [
    [
      "ALPHAVANTAGE_API_KEY",
      null,
      "The key, free from https://www.alphavantage.co/support/#api-key. Needed by every command that asks the vendor.",
      { secret: true, aliases: ["API_KEY", "alphavantage_API_KEY"] },
    ],
    [
      "ALPHAVANTAGE_URL",
      "https://www.alphavantage.co/query",
      "Where the vendor answers. Plain http only to this machine: the key travels in the URL.",
    ],
    [
      "ALPHAVANTAGE_ENTITLEMENT",
      null,
      "`delayed` (15 minutes) or `realtime` for keys that have it; empty: end-of-day data.",
    ],
    ["EXTENDED_HOURS", "true", "Intraday bars from 04:00 to 20:00 New York time; false: 09:30 to 16:00."],
    [
      "API_POLITE_DELAY_SEC",
      "2",
      "Least seconds between two requests. A free key is refused at more than one per second; 2 is safe.",
    ],
    ["API_REQUESTS_PER_MINUTE", "30", "Never more requests in any minute. 30 is what a delay of 2 s allows anyway."],
    [
      "API_REQUESTS_PER_DAY",
      "25",
      "Never more requests in a UTC day. 25 is what a free key has; `unlimited` or 0 for a paid one.",
    ],
    [
      "API_CONCURRENCY",
      "1",
      "Requests under way at once, 1 to 32: a paid key's rate needs several. A free key is refused at more than one.",
    ],
    ["API_TIMEOUT_SEC", "60", "Seconds one answer may take, body included."],
  ]),
  ...group("Series", [
    [
      "STOCK_SYMBOLS",
      "IBM",
      "Comma-separated symbols, each with its own intervals if wanted: `IBM:30min+daily,AAPL:daily,MSFT`.",
    ],
    [
      "STOCK_INTERVALS",
      "30min,daily",
      "Intervals of symbols that name none: 1min 5min 15min 30min 60min daily weekly monthly.",
      {
        example: {
          value: "daily",
          why:
            "Here daily alone: a free key has no intraday bars (autumn 2026). The default, for a paid key: 30min,daily",
        },
      },
    ],
    [
      "STOCK_ADJUSTED",
      "false",
      "Ask the adjusted functions for daily, weekly and monthly bars: the same prices and three more columns.",
    ],
    [
      "ACTIONS_DAYS",
      "7",
      "Days between two looks at each symbol's splits and dividends, from requests that no bars need; 0: none.",
    ],
    ["LISTING_DAYS", "7", "Days between two looks at the vendor's list of US symbols, likewise; 0: none."],
  ]),
  ...group("Database (first that is set: DATABASE_URL, DB_*, POSTGRES_*; none: embedded under DATA_DIR)", [
    ["DATABASE_URL", null, "postgres://user:password@host:5432/name, special characters percent-encoded.", SECRET],
    ["DB_NAME", null, "Database name."],
    ["DB_USER", null, "User."],
    ["DB_PASS", null, "Password, as it is: nothing needs encoding.", SECRET],
    ["DB_HOST", "localhost", "Host, or the folder of a Unix socket."],
    ["DB_PORT", "5432", "Port."],
    ["POSTGRES_DB", null, "As DB_NAME."],
    ["POSTGRES_USER", null, "As DB_USER."],
    ["POSTGRES_PASSWORD", null, "As DB_PASS.", SECRET],
    ["POSTGRES_HOST", "localhost", "As DB_HOST."],
    ["POSTGRES_PORT", "5432", "As DB_PORT."],
    ["DATABASE_POOL_SIZE", "4", "Connections to a server, at most."],
    [
      "DATABASE_TIMEOUT_SEC",
      "60",
      "Seconds one statement on a server may take; silence for a quarter longer ends it too.",
    ],
    ["DATA_DIR", "data", "Folder of the embedded database."],
    [
      "ARCHIVE_DAYS",
      "400",
      "Days the vendor's answers are kept in full, for `replay` and the view stock_data_raw; 0: for ever.",
    ],
  ]),
  ...group("Schedule", [
    ["SCHEDULE_CRON", "0 6 * * *", "When to run: minute hour day month weekday.", { aliases: ["DAG_SCHEDULE_CRON"] }],
    ["SCHEDULE_TIMEZONE", "UTC", "IANA time zone the schedule is meant in, such as America/New_York."],
    [
      "SCHEDULE_MISSED",
      "latest",
      "Ticks missed while the program was down: run the `latest` for all of them, run `all` (100 at most), or `skip` them.",
    ],
    [
      "SCHEDULE_OVERLAP",
      "queue",
      "A tick that comes due while a run is at work: `queue` runs it after that one, `skip` does not run it.",
    ],
  ]),
  ...group("Retention (days; 0 keeps for ever; bars are never removed)", [
    [
      "RETENTION_RUNS_DAYS",
      "400",
      "Runs with their results, ticks and requests. The newest run of each series and a week of requests always stay.",
    ],
    ["RETENTION_EVENTS_DAYS", "30", "The event log of each run in the database."],
    ["LOG_RETENTION_DAYS", "90", "Log files of runs in LOG_DIR. Other files there are left alone."],
  ]),
  ...group("Logs and page", [
    ["LOG_DIR", "logs", "Folder of the log files, one per run, by month; `none`: no files."],
    ["LOG_LEVEL", "info", "Least severe line written: debug, info, warning or error."],
    ["LOG_FORMAT", "auto", "Lines on stderr: json, pretty, or auto (pretty on a terminal, else json)."],
    ["HOST", "127.0.0.1", "Address the page listens on; 0.0.0.0 for every one, which needs UI_PASSWORD."],
    ["PORT", "3000", "Port the page listens on."],
    [
      "UI_PASSWORD",
      null,
      "Log-in of the page, at least 8 characters. Without it the page opens on this machine only, to whoever is on it.",
      SECRET,
    ],
    ["UI_VIEW_PASSWORD", null, "A second log-in that sees everything and changes nothing.", SECRET],
    [
      "UI_BEHIND_PROXY",
      "false",
      "A proxy of yours is in front: believe its X-Forwarded-Proto and X-Forwarded-For. Never true without one.",
    ],
  ]),
  ...group("Mail (off while the addresses are empty)", [
    ["EMAIL_SENDER_ADDRESS", null, "Sender, also the user name at the mail server.", { aliases: ["sender_email"] }],
    ["EMAIL_SENDER_PASSWORD", null, "Its password (for Gmail an app password).", {
      secret: true,
      aliases: ["email_app_passwd"],
    }],
    ["EMAIL_RECIPIENT_ADDRESS", null, "Recipients, comma-separated.", { aliases: ["receiver_email"] }],
    ["SMTP_USER", null, "User name at the mail server where it is not the sender's address."],
    [
      "SMTP_HOST",
      null,
      "Mail server; empty: the sender's own (Gmail, Outlook, Yahoo, iCloud, GMX, …), else smtp.gmail.com.",
    ],
    ["SMTP_PORT", "587", "Its port."],
    [
      "SMTP_SECURE",
      null,
      "`tls` from the first byte, `starttls`, or `none`; empty: `tls` on port 465, else `starttls`.",
    ],
    [
      "EMAIL_ON",
      "problem",
      "Mail on `always` every run, `change` runs that changed rows, `problem` problems once, daily, at their end; `never`.",
    ],
    [
      "EMAIL_SUMMARY_AT",
      "07:00",
      "When the daily summary is sent, in SCHEDULE_TIMEZONE; `none`: it is not. `always` and `never` have none.",
    ],
  ]),
  ...group("Other notices (each off while empty)", [
    [
      "SLACK_WEBHOOK_URL",
      null,
      "Slack-compatible incoming webhook; told what mail is told (`never`: problems).",
      SECRET,
    ],
    ["WEBHOOK_URL", null, "Gets every run, alarm and summary as JSON.", SECRET],
    ["WEBHOOK_SECRET", null, "Signs those requests (HMAC-SHA256, Standard Webhooks).", SECRET],
    ["PING_URL", null, "Dead-man's switch as of Healthchecks: /start, success, /fail of each run.", SECRET],
    ["PAGE_URL", null, "The page's public address, for the links in messages: https://etl.example.com."],
  ]),
];

/** Every name that may be set: canonical, old, and `_FILE` forms of secrets. */
export function knownNames(): Set<string> {
  const names = VARIABLES.flatMap((variable) =>
    [variable.name, ...variable.aliases].flatMap((name) => variable.secret ? [name, `${name}_FILE`] : [name])
  );
  return new Set(names);
}

/** The text of `.env.example`: every variable with its meaning, old names and default, or an example and why it is one. */
export function exampleEnvironment(): string {
  const lines = [
    "# Settings of stocks-etl. Copy to .env and fill in what you need; an empty value is the same as none.",
    "# The process environment wins over this file. NAME_FILE may give a secret as the path of a file holding it.",
    "# A value with a $ stands in single quotes: docker compose would put another variable in its place.",
  ];
  let title = "";
  for (const variable of VARIABLES) {
    if (variable.group !== title) lines.push("", `# --- ${title = variable.group}`);
    lines.push("", `# ${variable.description}`);
    if (variable.aliases.length > 0) lines.push(`# Also read as: ${variable.aliases.join(", ")}`);
    if (variable.secret) lines.push(`# Or: ${variable.name}_FILE`);
    // DB_HOST and the like must stay empty: set alone they would be half a database.
    const half = variable.default !== null && /^(DB|POSTGRES)_/.test(variable.name);
    if (half) lines.push(`# Default: ${variable.default}`);
    if (variable.example !== null) lines.push(`# ${variable.example.why}`);
    lines.push(`${variable.name}=${half ? "" : quoted(variable.example?.value ?? variable.default ?? "")}`);
  }
  return lines.join("\n") + "\n";
}

/** Quoted where a shell that sources the file would take the value apart. */
function quoted(value: string): string {
  return /[\s*$#&;]/.test(value) ? `"${value}"` : value;
}
