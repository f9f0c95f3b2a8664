/** With which settings was this run made, and which of them are others now? */
import type { ComparedSetting, KeptSetting } from "../kept_settings.ts";
import { None, Scroll } from "./facts.tsx";
import { counted } from "./words.ts";

/** `settings`: `null` when none were kept with the run. */
export function RunSettings({ settings }: { settings: readonly ComparedSetting[] | null }) {
  return (
    <section aria-labelledby="run-settings-title">
      <h2 id="run-settings-title">Settings at the time</h2>
      {settings === null
        ? (
          <p class="empty">
            None were kept with this run; those of now are on <a href="/instance">Instance</a>.
          </p>
        )
        : <Kept settings={settings} />}
    </section>
  );
}

function Kept({ settings }: { settings: readonly ComparedSetting[] }) {
  const changed = settings.filter(({ differs }) => differs);
  const then = settings.filter((one) => one.then !== null);
  const given = then.filter((one) => one.then!.origin !== "default").length;
  return (
    <>
      <p class="aside">
        {changed.length === 0
          ? "The same as now."
          : `${counted(changed.length, "setting")} ${changed.length === 1 ? "is" : "are"} another now.`}{" "}
        A secret that was exchanged cannot be told from the one before.
      </p>
      {changed.length > 0 && <Table settings={changed} label="Settings that are others now" />}
      <details class="group" id="settings-then">
        <summary>
          All <span class="count">{then.length}, of which {given} given</span>
        </summary>
        <Table settings={then} label="All settings at the time" />
      </details>
    </>
  );
}

function Table({ settings, label }: { settings: readonly ComparedSetting[]; label: string }) {
  return (
    <Scroll label={label}>
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Then</th>
            <th scope="col">From</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ name, then, now, differs }) => (
            <tr class={differs ? "differs" : undefined}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td class="words">{then === null ? <None why="there was no such setting" /> : <Value of={then} />}</td>
              <td>{then === null ? "" : then.origin}</td>
              <td class="words">
                {now === null ? <None why="there is no such setting any more" /> : differs
                  ? (
                    <ins>
                      <Value of={now} />
                    </ins>
                  )
                  : <span class="aside">the same</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Value({ of: { value } }: { of: KeptSetting }) {
  return value === null || value === "" ? <None why="not given" /> : <>{value}</>;
}
