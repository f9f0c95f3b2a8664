// deno-lint-ignore-file no-console -- its output is what it is for
/** `deno task docs`: the documents that are made of code and schema, anew. */
import { writeDocuments } from "./docs/documents.ts";

const written = await writeDocuments();
console.log(written.length === 0 ? "Every document is up to date" : `Written: ${written.join(", ")}`);
