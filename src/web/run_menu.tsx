/** What can be done with one run of a list, without going to its page first? What cannot says why. */
import { RUN_DEEDS } from "./confirm.tsx";
import { useVisit } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";

interface Entry {
  readonly label: string;
  readonly href: string;
  /** Why not; `null`: it can be done. */
  readonly why: string | null;
  readonly download?: boolean;
}

/** Opens in its row, so that a table which scrolls does not cut it off. Every deed is asked about before it is done. */
export function RunMenu({ run }: { run: RunRow }) {
  const { role } = useVisit();
  const entries = role === "operate" ? [...looks(run), ...deeds(run)] : looks(run);
  return (
    <details class="menu" id={`menu-${run.id}`}>
      <summary aria-label={`More of run ${run.id}`} title="More">⋯</summary>
      <ul>
        {entries.map(({ label, href, why, download }) => (
          <li>
            {why === null ? <a href={href} download={download}>{label}</a> : (
              <span class="off" title={why}>
                {label} <span class="away">cannot be done: {why}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function looks({ id }: RunRow): Entry[] {
  return [
    { label: "Open", href: `/runs/${id}`, why: null },
    { label: "Events (JSON Lines)", href: `/runs/${id}/events.jsonl`, why: null, download: true },
    { label: "Log file", href: `/runs/${id}/log`, why: null, download: true },
  ];
}

function deeds(run: RunRow): Entry[] {
  const again = RUN_DEEDS.find(({ name }) => name === "again-all")!.refusal(run);
  return [
    { label: "Launch form with it", href: `/launch?of=${run.id}&again=all`, why: again },
    ...RUN_DEEDS.map(({ name, label, refusal }) => ({
      label: `${label}…`,
      href: `/runs/confirm?do=${name}&run=${run.id}`,
      why: refusal(run),
    })),
  ];
}
