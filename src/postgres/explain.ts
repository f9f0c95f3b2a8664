/** What does a failure of the database mean for whoever is woken by it? */
import { wordsOf } from "../causes.ts";
import { errorCode } from "./transaction.ts";

/** By SQLSTATE or socket code: what to do. Our own messages say it already and have no code. */
const ADVICE: Readonly<Record<string, string>> = {
  "25006": "the server takes no writes: connect to the primary, or end its read-only mode",
  "42501": "give this user the rights on the tables, or use the user that made them",
  "53100": "the server's disk is full: free space there",
  "53200": "the server is out of memory",
  "53300": "the server has no connection left: raise max_connections or lower DATABASE_POOL_SIZE",
  "57P01": "the server was stopped or restarted",
  "57P03": "the server is starting or stopping",
  "57014": "the statement took too long: is the server overloaded or locked?",
  "ECONNREFUSED": "is the server running?",
  "ECONNRESET": "the server or the network ended the connection",
  "ENOTFOUND": "the server's name is not known here: is it running, is DNS?",
};

/** What is said of a connection that broke while nobody used it. */
export function brokenConnection(error: Error): string {
  return `A database connection broke and is replaced: ${explain(error)}`;
}

/** The words of the error and its causes, its code, and what to do where that is known. */
export function explain(error: unknown): string {
  const words = wordsOf(error);
  const code = errorCode(error);
  if (code === null) return words;
  const advice = ADVICE[code];
  return `${words} (${code}${advice === undefined ? "" : `: ${advice}`})`;
}
