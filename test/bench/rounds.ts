// Measures several things in turns, round after round, so that a machine that drifts drifts for all of them.

export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** what one run does this many times */
  readonly n: number;
  readonly run: () => void;
}

export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly n: number;
}

/** The median speed of each, in units a second, after two rounds of warming up. */
export function inRounds(measures: readonly Measure[], rounds: number): Result[] {
  const speeds = measures.map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    for (const [index, { n, run }] of measures.entries()) {
      const start = process.hrtime.bigint();
      run();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (round >= 0) speeds[index]?.push(n / seconds);
    }
  }
  return measures.map(({ name, unit, n }, index) => ({ name, value: median(speeds[index] ?? []), unit, n }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
