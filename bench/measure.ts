import { existsSync } from 'node:fs';

/** One measured figure beside its limit, all in the same unit. */
export interface Measurement {
  name: string;
  /** How it was run, such as `cold process` or `hot, in process`. */
  mode: string;
  median: number;
  unit: Unit;
  /** The best that is possible on this machine, measured in the same run; null where there is none. */
  limit: number | null;
  /** What the limit is; null where there is none. */
  limitOf: string | null;
  /** How many times worse than the limit. */
  ratio: number | null;
  /** What we aim at. */
  target: number | null;
  /** Figures that were published for others on comparable work, with their sources. */
  published: string | null;
}

/** Of costs, less is better; of rates, more. */
export type Unit = 'ms' | 'MiB' | 'steps/s' | 'runs/s';

export const isRate = (unit: Unit): boolean => unit.endsWith('/s');

export interface Benchmark {
  name: string;
  mode: string;
  unit: Unit;
  target: number | null;
  limitOf: string | null;
  published?: string;
  /** What has to be there and is not. */
  lacks?: () => string | undefined;
  /** Most samples that are taken, for one that says enough by itself. */
  mostRounds?: number;
  /** One sample of the limit; null where there is nothing to compare with. */
  limit: (() => Promise<number>) | null;
  /** Gets ready to take samples. */
  open: () => Promise<Sampler>;
}

export interface Sampler {
  sample: () => Promise<number>;
  close: () => Promise<void>;
}

/** For benchmarks that read a file. */
export const lacksFile = (path: string) => (): string | undefined =>
  existsSync(path) ? undefined : path;

/** For benchmarks that need nothing but themselves. */
export const stateless = (sample: () => Promise<number>) => async (): Promise<Sampler> => ({
  sample,
  close: async () => {},
});

/** Samples the benchmark and its limit in turn, so that both see the same weather. */
export async function measure(benchmark: Benchmark, rounds: number): Promise<Measurement> {
  const { name, mode, unit, target, limitOf, limit, published = null } = benchmark;
  const { mostRounds = rounds } = benchmark;
  const { sample, close } = await benchmark.open();
  const samples: number[] = [];
  const limits: number[] = [];
  try {
    for (let round = 0; round < Math.min(rounds, mostRounds); round++) {
      samples.push(await sample());
      if (limit) limits.push(await limit());
    }
  } finally {
    await close();
  }
  const middle = median(samples);
  const least = limit ? median(limits) : null;
  const ratio = least === null ? null : isRate(unit) ? least / middle : middle / least;
  return { name, mode, median: middle, unit, limit: least, limitOf, ratio, target, published };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that 99 of 100 do not exceed. */
export function percentile99(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
