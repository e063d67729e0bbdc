/** One measured figure beside its limit, all in the same unit. */
export interface Measurement {
  name: string;
  /** How it was run, such as `cold process` or `hot, in process`. */
  mode: string;
  median: number;
  unit: 'ms' | 'MiB';
  /** The least that is possible on this machine, measured in the same run; null where there is none. */
  limit: number | null;
  /** What the limit is. */
  limitOf: string;
  /** `median / limit`. */
  ratio: number | null;
  /** What we aim at. */
  target: number | null;
}

export interface Benchmark {
  name: string;
  mode: string;
  unit: Measurement['unit'];
  target: number | null;
  limitOf: string;
  /** A file that must be there. */
  needs?: string;
  /** One sample of the limit; null where there is nothing to compare with. */
  limit: (() => Promise<number>) | null;
  /** Gets ready to take samples. */
  open: () => Promise<Sampler>;
}

export interface Sampler {
  sample: () => Promise<number>;
  close: () => Promise<void>;
}

/** For benchmarks that need nothing but themselves. */
export const stateless = (sample: () => Promise<number>) => async (): Promise<Sampler> => ({
  sample,
  close: async () => {},
});

/** Samples the benchmark and its limit in turn, so that both see the same weather. */
export async function measure(benchmark: Benchmark, rounds: number): Promise<Measurement> {
  const { name, mode, unit, target, limitOf, limit } = benchmark;
  const { sample, close } = await benchmark.open();
  const samples: number[] = [];
  const limits: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      samples.push(await sample());
      if (limit) limits.push(await limit());
    }
  } finally {
    await close();
  }
  const middle = median(samples);
  const least = limit ? median(limits) : null;
  const ratio = least === null ? null : middle / least;
  return { name, mode, median: middle, unit, limit: least, limitOf, ratio, target };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
