/** Does each connection tell its last result, and what was never tried that it was not? */
import assert from "node:assert/strict";
import { Channels, Connections } from "../../src/web/instance_connections.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { instanceFacts, NOW } from "../support/page.ts";

const mail = { host: "smtp.example.com", port: 465, secure: "tls" };
const connections = instanceFacts().connections;

Deno.test("never asked, not configured: a dash with the reason, never a good word", () => {
  const text = wordsOf(drawn(<Connections facts={instanceFacts()} />));
  assert.match(text, /Vendor –never asked –never asked/);
  assert.match(text, /Database localhost:5432\/stocks answers in 2 ms now/);
  assert.match(text, /Mail not configured –not configured –not configured/);
});

Deno.test("the vendor's last answer with its words, escaped; mail that was never sent", () => {
  const vendor = { at: NOW - 60_000, kind: "daily-limit", httpStatus: 200, message: "<b>limit</b>" };
  const facts = instanceFacts({ connections: { ...connections, vendor, mail } });
  const text = wordsOf(drawn(<Connections facts={facts} />));
  assert.match(text, /failed daily limit, HTTP 200 1 min ago &lt;b&gt;limit&lt;\/b&gt;/);
  assert.match(text, /Mail smtp\.example\.com:465 \(tls\) –no mail has been sent/);
  const well = instanceFacts({ connections: { ...connections, vendor: { ...vendor, kind: "bars" } } });
  assert.match(wordsOf(drawn(<Connections facts={well} />)), /answers bars, HTTP 200/);
});

Deno.test("channels: how each did last; none says so, and whether mail is set up", () => {
  assert.match(wordsOf(drawn(<Channels channels={[]} mail={null} />)), /Not configured: nobody is told/);
  assert.match(wordsOf(drawn(<Channels channels={[]} mail={mail} />)), /is configured, and nothing has been sent/);
  const last = { at: NOW - 60_000, subject: "failed: <run 7>", state: "undeliverable", error: "550 no" } as const;
  const channels = [
    { channel: "mail", waiting: 2, undeliverable: 1_000, last },
    { channel: "ping", waiting: 0, undeliverable: 0, last: null },
  ];
  const text = wordsOf(drawn(<Channels channels={channels} mail={mail} />));
  assert.match(text, /mail undeliverable 1 min ago 2 1,000 failed: &lt;run 7&gt;: 550 no/);
  assert.match(text, /ping –nothing was tried yet/);
});
