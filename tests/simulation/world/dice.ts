import { seededRandom } from '../../harness/seeded-random.ts';

/** All chance in a world: the same seed throws the same. */
export class Dice {
  /** Uniform in [0, 1). */
  readonly next: () => number;

  /** @param stream so that throws for one purpose do not shift those for another */
  constructor(seed: number, stream: number) {
    // Seeds that differ little must not begin alike (mixing constants of MurmurHash3).
    const mixed = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b) ^ Math.imul(stream, 0xc2b2ae35);
    this.next = seededRandom(mixed);
    for (let i = 0; i < 8; i += 1) this.next();
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** An integer, both ends included. */
  integer(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.integer(0, choices.length - 1)] ?? choices[0];
  }

  pickAny<T>(choices: readonly T[]): T | undefined {
    return choices[this.integer(0, choices.length - 1)];
  }
}
