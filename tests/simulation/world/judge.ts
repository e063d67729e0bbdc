import type { Chronicle } from './chronicle.ts';
import type { EventQueue } from './event-queue.ts';
import type { Surroundings } from './invariants/invariant.ts';
import { invariants } from './invariants/invariants.ts';
import type { Witness } from './witness.ts';

export interface Violation {
  invariant: string;
  at: string;
  text: string;
}

/** Checks every invariant at each happening that bears on it. */
export class Judge {
  readonly violations: Violation[] = [];
  /** How often each invariant was checked. */
  readonly checks: Record<string, number> = {};

  constructor(
    witness: Witness,
    surroundings: Surroundings,
    queue: EventQueue,
    chronicle: Chronicle,
  ) {
    for (const { name, on, of } of invariants) {
      const check = of(surroundings);
      const judge = (text: string | undefined): void => {
        if (text === undefined) return;
        chronicle.note(`VIOLATION: ${name}: ${text}`);
        const at = new Date(queue.now).toISOString();
        this.violations.push({ invariant: name, at, text });
      };
      witness.add(on, (happening) => {
        this.checks[name] = (this.checks[name] ?? 0) + 1;
        const found = check(happening);
        return found instanceof Promise ? found.then(judge) : judge(found);
      });
    }
  }
}
