/** Lets a process die after any of its calls, to try out a crash between any two steps. */
export class DyingProcess {
  #left: number;

  /** @param calls how many calls through `bind` take effect; the last one's answer is lost */
  constructor(calls: number) {
    this.#left = calls;
  }

  get isDead(): boolean {
    return this.#left <= 0;
  }

  bind<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (this.isDead) throw new Error('the process is dead');
          this.#left -= 1;
          const result: unknown = await Reflect.apply(value, target, args);
          if (this.isDead) throw new Error('the process dies here');
          return result;
        };
      },
    });
  }
}
