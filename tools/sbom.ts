// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task sbom`: what is in the program that somebody else made? A CycloneDX bill of materials of every package
 * `deno.lock` pins for an import of `deno.json`, with the digest it must have.
 */
import { parseArgs } from "node:util";
import * as CDX from "npm:@cyclonedx/cyclonedx-library@10.3.0";

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>>;
}

interface Manifest {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
}

const ROOT = new URL("../", import.meta.url);

/** The document's text: the same for the same lock. */
export function billOf(manifest: Manifest, lock: Lock): string {
  const { Component, Bom } = CDX.Models;
  const keys = Object.keys(lock.npm);
  const components = new Map(keys.map((key) => {
    const { name, version } = nameOf(key);
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const component = new Component(CDX.Enums.ComponentType.Library, name, { version, bomRef: purl, purl });
    component.hashes.set(CDX.Enums.HashAlgorithm["SHA-512"], hex(lock.npm[key]!.integrity));
    return [key, component];
  }));
  const application = CDX.Enums.ComponentType.Application;
  const main = new Component(application, "stocks-etl", { version: manifest.version, bomRef: "stocks-etl" });
  const bom = new Bom();
  bom.metadata.component = main;
  const add = (key: string, by: InstanceType<typeof Component>) => {
    const component = components.get(key);
    if (component === undefined) throw new Error(`Cannot list "${key}": deno.lock does not hold it`);
    by.dependencies.add(component.bomRef);
    if (bom.components.has(component)) return;
    bom.components.add(component);
    for (const needed of lock.npm[key]!.dependencies ?? []) {
      // A name alone where there is one version of it.
      add(needed in lock.npm ? needed : keys.find((other) => nameOf(other).name === needed) ?? needed, component);
    }
  };
  for (const specifier of Object.values(manifest.imports)) {
    const version = lock.specifiers[specifier];
    if (version === undefined) throw new Error(`Cannot list "${specifier}": deno.lock does not hold it`);
    add(`${nameOf(specifier.slice("npm:".length)).name}@${version}`, main);
  }
  const serializer = new CDX.Serialize.JsonSerializer(new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** `@logtape/pretty@2.3.7_@logtape+logtape@2.4.2`: after the underscore is which peers it was resolved with. */
function nameOf(key: string): { name: string; version: string } {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  if (name === undefined || version === undefined) throw new Error(`Cannot read the package "${key}" in deno.lock`);
  return { name, version };
}

function hex(integrity: string): string {
  const bytes = Uint8Array.fromBase64(integrity.replace(/^sha512-/, ""));
  return bytes.toHex();
}

if (import.meta.main) {
  const { values } = parseArgs({ args: [...Deno.args], options: { out: { type: "string" } } });
  const [manifest, lock] = await Promise.all(
    ["deno.json", "deno.lock"].map(async (name) => JSON.parse(await Deno.readTextFile(new URL(name, ROOT)))),
  );
  const bill = billOf(manifest, lock);
  if (values.out === undefined) console.log(bill.trimEnd());
  else await Deno.writeTextFile(values.out, bill);
}
