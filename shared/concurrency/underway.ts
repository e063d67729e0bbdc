/** Work that was begun and that nobody waits for, until it is time to stop. */
export class Underway {
  readonly #work = new Set<Promise<void>>();

  /** `work` deals with its own failures. */
  add(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  /** Resolves when all of it is done, with what was added meanwhile. */
  async done(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
