import type { Postcondition } from '@triad/shared/contracts/postcondition.ts';
import type { Evidence, Finding, Judge } from './evidence.ts';
import { checks } from './postconditions/checks.ts';
import { freshness } from './postconditions/freshness.ts';
import { http } from './postconditions/http.ts';
import { metric } from './postconditions/metric.ts';
import { output } from './postconditions/output.ts';
import { outputs } from './postconditions/outputs.ts';
import { partition } from './postconditions/partition.ts';
import { rows } from './postconditions/rows.ts';
import { watermark } from './postconditions/watermark.ts';

type Kind = Postcondition['kind'];
/** What only the workload can find out; see `withVerificationSteps`. */
type DoneBySteps = 'sql' | 'canary';

const judges: { [K in Exclude<Kind, DoneBySteps>]: Judge<K> } = {
  output,
  outputs,
  rows,
  partition,
  metric,
  watermark,
  freshness,
  checks,
  http,
};

/** What is found of each postcondition, in their order. */
export function verifyPostconditions(
  postconditions: readonly Postcondition[],
  evidence: Evidence,
): Promise<Finding[]> {
  return Promise.all(postconditions.map((condition) => judge(condition, evidence)));
}

/** A pipeline that was not expanded must not pass for one that was verified. */
async function judge(condition: Postcondition, evidence: Evidence): Promise<Finding> {
  const { kind } = condition;
  if (kind === 'sql' || kind === 'canary') {
    return { name: kind, ok: false, expected: 'a step that verifies it', actual: 'none' };
  }
  const judgeKind = judges[kind] as Judge<Kind>;
  return judgeKind(condition, evidence);
}
