/** What does a look at the program show: every series, what it holds, and what comes next? */

export interface HomeRow {
  readonly series: string;
  readonly holds: string;
  readonly last: string;
  readonly next: string;
}

export interface HomeView {
  /** The answer in one sentence. */
  readonly summary: string;
  readonly rows: readonly HomeRow[];
  readonly nextTick: string;
  readonly asOf: string;
  readonly version: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 60rem; margin: 3rem auto; padding: 0 1.25rem; }
h1 { font-size: 1rem; font-weight: 600; margin: 0; }
.summary { font-size: 1.4rem; line-height: 1.35; margin: .5rem 0 2rem; text-wrap: balance; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); vertical-align: top; }
th { font-weight: 600; }
footer { margin-top: 2rem; font-size: .85rem; opacity: .75; }
`;

export function HomePage(view: HomeView) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>stocks-etl</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <h1>stocks-etl</h1>
        <p class="summary">{view.summary}</p>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Series</th>
                <th scope="col">Holds</th>
                <th scope="col">Last result</th>
                <th scope="col">Next run</th>
              </tr>
            </thead>
            <tbody>
              {view.rows.map((row) => (
                <tr>
                  <th scope="row">{row.series}</th>
                  <td>{row.holds}</td>
                  <td>{row.last}</td>
                  <td>{row.next}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <footer>
          {view.nextTick} · as of {view.asOf} · version {view.version}
        </footer>
      </body>
    </html>
  );
}
