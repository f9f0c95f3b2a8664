/** `serve` tells of its runs by itself, and a mail server that hangs keeps neither its runs nor its end. */
import assert from "node:assert/strict";
import { serverDatabase } from "../support/database.ts";
import { startMailbox } from "../support/mailbox.ts";
import { startCurrentVendor } from "../support/market.ts";
import { startProgram, workFolder } from "../support/program.ts";

Deno.test("a run on schedule is mailed; with a silent mail server SIGTERM ends it all the same, and nothing is lost", async () => {
  await using vendor = await startCurrentVendor(["AAA"]);
  await using database = await serverDatabase();
  await using mailbox = await startMailbox();
  await using folder = await workFolder();
  const { pool } = database.db;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = listener.addr.port;
  listener.close();
  const env = {
    ALPHAVANTAGE_API_KEY: "servekey",
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: database.url,
    PORT: String(port),
    EMAIL_ON: "always",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
  };
  const owe = () =>
    pool.query(
      `insert into schedule (name, cron, timezone, evaluated_to, updated_at)
       values ('ingest', '0 6 * * *', 'UTC', now() - interval '2 days', now())
       on conflict (name) do update set evaluated_to = excluded.evaluated_to`,
    );
  await owe();
  {
    await using program = startProgram(["serve"], { cwd: folder.path, env });
    await mailbox.arrived(1);
    program.kill("SIGTERM");
    assert.equal((await program.ended).code, 0);
  }
  assert.match(mailbox.mails[0]!.subject, /complete: 100 new bars in 1 series/);
  const asked = mailbox.connections();
  mailbox.failAll("silent");
  await pool.query("delete from tick where due_at > now() - interval '3 days'");
  await owe();
  await using program = startProgram(["serve"], { cwd: folder.path, env });
  const connected = new Promise<void>((resolve) => mailbox.onStep(() => resolve()));
  await connected;
  program.kill("SIGTERM");
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  assert.ok(mailbox.connections() > asked);
  const { rows } = await pool.query("select state, count(*)::int as count from outbox group by state order by state");
  assert.deepEqual(rows, [{ state: "sent", count: 1 }, { state: "waiting", count: 1 }]);
});
