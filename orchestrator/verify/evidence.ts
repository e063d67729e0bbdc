import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import type {
  Postcondition,
  PostconditionOf,
  PostconditionResult,
} from '@triad/shared/contracts/postcondition.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { PreviousResult } from '@triad/shared/state/result-history.ts';

/** What an attempt is judged by. */
export interface Evidence {
  plan: Pick<RunPlan, 'runDate' | 'interval'>;
  manifest: Manifest;
  /** What the step gave in the newest run of an earlier date; `undefined` in the first. */
  previous: () => Promise<PreviousResult | undefined>;
}

/** What was found, and whether time alone may change it. */
export type Finding = PostconditionResult & { undecided?: true };

/** Judges one kind of postcondition. Throws only when the evidence cannot be read now. */
export type Judge<K extends Postcondition['kind']> = (
  condition: PostconditionOf<K>,
  evidence: Evidence,
) => Finding | Promise<Finding>;
