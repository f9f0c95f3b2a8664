/**
 * What would hinder somebody who cannot see, point or tell colours apart? axe-core's audit of an open page. It is fetched
 * when a test asks for it: as an import every `deno task` of every newcomer would download it.
 */
import { join } from "node:path";
import { npmInstall } from "./binaries.ts";
import type { Tab } from "./browser.ts";
import { cached } from "./cache.ts";

const VERSION = "4.14.1";

export interface Finding {
  readonly rule: string;
  readonly impact: string;
  /** The selector of the element and what is wrong with it. */
  readonly where: readonly string[];
}

/** The script. `AXE` names a file to use instead. */
export async function axeScript(): Promise<string> {
  const given = Deno.env.get("AXE") ?? "";
  if (given !== "") return await Deno.readTextFile(given);
  try {
    const root = await cached(`axe-${VERSION}`, (dir) => npmInstall(`axe-core@${VERSION}`, dir));
    return await Deno.readTextFile(join(root, "node_modules", "axe-core", "axe.min.js"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot audit the pages without axe-core: ${reason}; let npm reach its registry, or set AXE to the file ` +
        `axe.min.js of axe-core ${VERSION}`,
      { cause },
    );
  }
}

/** Serious and critical findings on the page that is open, in the theme and width it is shown in. */
export async function seriousFindings(tab: Tab, script: string): Promise<Finding[]> {
  // The debugger may do what the page's policy forbids the page itself.
  await tab.evaluate(`${script};0`);
  return await tab.evaluate<Finding[]>(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, impact, nodes }) => ({
      rule: id,
      impact,
      where: nodes.map(({ target, failureSummary }) => target.join(" ") + ": " + failureSummary.replace(/\\s+/g, " ")),
    })))`);
}
