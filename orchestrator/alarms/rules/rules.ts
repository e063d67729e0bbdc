import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { PipelineFacts, SystemFacts } from '../alarm-facts.ts';
import { deadLetters } from './dead-letters.ts';
import { outputsStale } from './outputs-stale.ts';
import { runFailed } from './run-failed.ts';
import { runMissing } from './run-missing.ts';
import { runLate, runNotStarted } from './run-overdue.ts';
import { sensorFailing } from './sensor-failing.ts';
import { approvalWaiting, stepRetrying } from './step-trouble.ts';

/** Pure: equal facts give equal conditions. */
type Rule<Facts> = (facts: Facts) => AlarmCondition[];

const pipelineRules: Rule<PipelineFacts>[] = [
  runMissing,
  runNotStarted,
  runLate,
  outputsStale,
  runFailed,
  stepRetrying,
  approvalWaiting,
  sensorFailing,
];
const systemRules: Rule<SystemFacts>[] = [deadLetters];

/** All that is wrong with a pipeline. */
export const pipelineConditions = (facts: PipelineFacts): AlarmCondition[] =>
  pipelineRules.flatMap((rule) => rule(facts));

/** All that is wrong with the system as a whole. */
export const systemConditions = (facts: SystemFacts): AlarmCondition[] =>
  systemRules.flatMap((rule) => rule(facts));
