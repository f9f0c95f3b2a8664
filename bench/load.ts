// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * How much memory does loading take? Run as a process of its own with a database's url: reads and stores full answers one
 * after the other, then prints its own peak in bytes.
 */
import { answerFor, storeAll, SYMBOLS } from "./storing.ts";
import { openDatabase } from "../src/postgres/connect.ts";

const db = await openDatabase({ kind: "server", url: Deno.args[0]!, poolSize: 2 }, { onError: console.error });
for (const symbol of SYMBOLS) await storeAll(db, [answerFor(symbol)]);
await db.close();

/** Linux knows the peak; elsewhere the size at the end has to do. */
const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
console.log(peak === undefined ? Deno.memoryUsage().rss : Number(peak) * 1024);
