/** Who has the embedded database open? It is a state, not a failure: of two processes the second cannot have it. */
export class InUse extends Error {
  override readonly name = "InUse";
  readonly dataDir: string;
  /** `null`: it has not said. */
  readonly pid: number | null;
  /** When it opened the database, epoch ms; `null`: not known. */
  readonly since: number | null;

  constructor({ dataDir, pid, since }: { dataDir: string; pid: number | null; since: number | null }) {
    const who = pid === null ? "" : ` (pid ${pid})`;
    super(
      `Cannot open the embedded database in "${dataDir}": another process holds it${who}; ` +
        "stop it, look at the page it serves, or use a server (DATABASE_URL) to work from two processes",
    );
    [this.dataDir, this.pid, this.since] = [dataDir, pid, since];
  }
}
