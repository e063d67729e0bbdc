import type { Dice } from './dice.ts';

/** How likely each fault is at each occasion. */
export interface Climate {
  /** A call of a process into the world kills it: before the call is made, or before its answer. */
  crash: number;
  /** A call to a store takes seconds. */
  slowCall: number;
  /** A call to a store fails and did nothing. */
  failedCall: number;
  /** A call to a store fails, although it was carried out. */
  timedOutCall: number;
  /** A request, or its answer, is lost. */
  lostRequest: number;
  lostAnswer: number;
  /** A request comes twice. */
  duplicate: number;
  /** A request takes seconds, so that later ones overtake it. */
  delay: number;
  /** A job does not end as it should. */
  badJob: number;
  /** Nobody, or nobody for a while, is told that a job ended. */
  lostOutcome: number;
}

export const calm: Climate = {
  crash: 0,
  slowCall: 0,
  failedCall: 0,
  timedOutCall: 0,
  lostRequest: 0,
  lostAnswer: 0,
  duplicate: 0,
  delay: 0,
  badJob: 0,
  lostOutcome: 0,
};

/** The faults of a world: what may happen now, and how often what has happened. */
export class Weather {
  climate: Climate = calm;
  readonly counts: Record<string, number> = {};
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Throws whether this fault happens here, and counts it. */
  strikes(fault: keyof Climate): boolean {
    const rate = this.climate[fault];
    if (rate === 0 || this.#dice.next() >= rate) return false;
    this.count(fault);
    return true;
  }

  count(fault: string): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
  }
}
