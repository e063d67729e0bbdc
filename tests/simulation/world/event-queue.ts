import type { CancelTimer } from '@triad/shared/clock/clock.ts';

interface Event {
  at: number;
  /** Decides between events of one instant. */
  tie: number;
  /** Absent when the event was cancelled. */
  happen: (() => void) | undefined;
}

/**
 * Everything that will happen in a world, by its time: a binary heap. What falls on one instant
 * happens in an order that the seed decides, so that no order is taken for granted.
 */
export class EventQueue {
  /** Milliseconds since 1970. */
  now: number;
  readonly #tie: () => number;
  readonly #heap: Event[] = [];

  constructor(now: number, tie: () => number) {
    this.now = now;
    this.#tie = tie;
  }

  in(delayMs: number, happen: () => void): CancelTimer {
    const event: Event = { at: this.now + Math.max(0, delayMs), tie: this.#tie(), happen };
    this.#rise(event);
    return () => {
      event.happen = undefined;
    };
  }

  /** Resolves after `delayMs`. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.in(delayMs, resolve));
  }

  /** Lets the next event happen; `false` when there is none up to `until`. */
  step(until: number): boolean {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > until) {
        this.now = Math.max(this.now, until);
        return false;
      }
      this.#sink();
      if (!first.happen) continue;
      this.now = first.at;
      first.happen();
      return true;
    }
  }

  #rise(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = heap[above];
      if (!other || !isBefore(event, other)) break;
      heap[index] = other;
      index = above;
    }
    heap[index] = event;
  }

  /** Takes the first event away. */
  #sink(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const isRight = left && right && isBefore(right, left);
      const next = isRight ? right : left;
      if (!next || !isBefore(next, last)) break;
      heap[index] = next;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);
