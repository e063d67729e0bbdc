import { Underway } from './underway.ts';

export interface OrderedDispatchOptions<T> {
  /** Items that are worked on at a time. */
  concurrency: number;
  /** Items of one key are worked on one after the other, in the order they came; `''` is no key. */
  keyOf(item: T): string;
  /** Deals with its own failures. */
  work(item: T): Promise<void>;
}

/** Works on items as they come, a few at a time. */
export class OrderedDispatch<T> {
  readonly #options: OrderedDispatchOptions<T>;
  readonly #underway = new Underway();
  readonly #busyKeys = new Set<string>();
  #waiting: T[] = [];
  #count = 0;

  constructor(options: OrderedDispatchOptions<T>) {
    this.#options = options;
  }

  add(item: T): void {
    this.#waiting.push(item);
    this.#beginWhatMay();
  }

  /** Takes back what has not begun. */
  withdraw(): T[] {
    return this.#waiting.splice(0);
  }

  /** Resolves when nothing is worked on. */
  done(): Promise<void> {
    return this.#underway.done();
  }

  #beginWhatMay(): void {
    const { concurrency, keyOf } = this.#options;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const item of waiting) {
      const key = keyOf(item);
      if (this.#count >= concurrency || this.#busyKeys.has(key)) this.#waiting.push(item);
      else this.#begin(item, key);
    }
  }

  #begin(item: T, key: string): void {
    this.#count += 1;
    if (key !== '') this.#busyKeys.add(key);
    this.#underway.add(
      this.#options.work(item).finally(() => {
        this.#count -= 1;
        this.#busyKeys.delete(key);
        this.#beginWhatMay();
      }),
    );
  }
}
