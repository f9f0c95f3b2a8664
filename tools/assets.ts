/** Where do the foreign files in src/web/assets/ come from? Fetched anew from the package they are part of; run it to change the version. */
const VERSION = "5.2.1";
const FILE = "dist/lightweight-charts.standalone.production.js";

// Not in the imports of deno.json: every newcomer would download it, and its exports hide this file.
const dir = await Deno.makeTempDir();
const { success, stderr } = await new Deno.Command("npm", {
  args: ["install", "--no-save", "--ignore-scripts", "--prefix", dir, `lightweight-charts@${VERSION}`],
}).output();
if (!success) throw new Error(`Cannot fetch lightweight-charts ${VERSION}: ${new TextDecoder().decode(stderr)}`);
const from = `${dir}/node_modules/lightweight-charts`;
const to = new URL("../src/web/assets/", import.meta.url);
await Deno.copyFile(`${from}/${FILE}`, new URL("lightweight-charts.js", to));
await Deno.copyFile(`${from}/LICENSE`, new URL("lightweight-charts.LICENSE.txt", to));
await Deno.remove(dir, { recursive: true });
