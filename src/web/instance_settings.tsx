/** Which value does each setting have, where does it come from, and which steps has the schema been through? */
import type { EffectiveSetting } from "../effective.ts";
import { None, Scroll, Time, ZoneName } from "./facts.tsx";

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Epoch ms. */
  readonly appliedAt: number;
}

/** By group; what was given stands out from what is by default. Secrets come masked. */
export function Settings({ settings }: { settings: readonly EffectiveSetting[] }) {
  const given = settings.filter(({ origin }) => origin !== "default").length;
  return (
    <>
      <p class="aside">
        {given} of {settings.length}{" "}
        are given, the others are defaults. Secrets are masked. Read when the program began.
      </p>
      {[...Map.groupBy(settings, ({ group }) => group)].map(([group, rows]) => (
        <details
          class="group"
          open={rows.some(({ origin }) => origin !== "default")}
        >
          <summary>
            {group} <span class="count">{rows.length}</span>
          </summary>
          <Scroll label={`Settings: ${group}`}>
            <table class="stack settings-table">
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Value</th>
                  <th scope="col">From</th>
                  <th scope="col">What it is</th>
                </tr>
              </thead>
              <tbody>{rows.map((row) => <Row setting={row} />)}</tbody>
            </table>
          </Scroll>
        </details>
      ))}
    </>
  );
}

function Row({ setting: { name, value, origin, givenAs, description } }: { setting: EffectiveSetting }) {
  const byDefault = origin === "default";
  return (
    <tr class={byDefault ? "default" : undefined}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td class="words">
        {value === null || value === "" ? <None why="not given, and there is no default" /> : value}
      </td>
      <td>
        {byDefault ? <span class="aside">default</span> : origin} {givenAs !== null && (
          <span class="aside">
            as <code>{givenAs}</code>
          </span>
        )}
      </td>
      <td class="words aside">{codeIn(description)}</td>
    </tr>
  );
}

/** What stands in backticks, as code. */
function codeIn(text: string) {
  return text.split("`").map((part, index) => index % 2 === 1 ? <code>{part}</code> : part);
}

export function Migrations({ migrations }: { migrations: readonly Migration[] }) {
  return (
    <Scroll label="Migrations">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Version</th>
            <th scope="col">Step</th>
            <th scope="col">
              Applied <ZoneName />
            </th>
          </tr>
        </thead>
        <tbody>
          {migrations.map(({ version, name, appliedAt }) => (
            <tr>
              <td class="number">{version}</td>
              <td>
                <code>{name}</code>
              </td>
              <td class="time">
                <Time at={appliedAt} precision="second" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
