/** What the matrix of coverage shows on the stage of object literals. */
import type { MatrixFacts } from "../../src/web/coverage_matrix.tsx";

const IBM = { symbol: "IBM", interval: "daily" } as const;

/** Two days of one series, the second missing. */
export function matrixFacts(change: Partial<MatrixFacts> = {}): MatrixFacts {
  const cell = { bars: 1, presence: "present", reason: null } as const;
  return {
    interval: "daily",
    intervals: ["daily"],
    dates: ["2026-11-19", "2026-11-20"],
    rows: [{
      series: IBM,
      cells: [
        { ...cell, date: "2026-11-19" },
        { ...cell, date: "2026-11-20", bars: 0, presence: "gap", reason: "not stored yet: late" },
      ],
    }],
    matching: 1,
    older: null,
    ...change,
  };
}
