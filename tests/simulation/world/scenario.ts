import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import fc from 'fast-check';
import { validatePipeline } from '../../../orchestrator/plan/validate-pipeline.ts';
import type { PoolSizes } from '../../../orchestrator/run/pools.ts';
import { anyRichPipeline, richParams } from '../../harness/orchestrator/any-pipeline.ts';
import { Dice } from './dice.ts';
import { type Climate, calm } from './weather.ts';

/** All that a seed decides before anything happens. */
export interface Scenario {
  seed: number;
  /** When the world begins, in milliseconds since 1970. */
  beginsAt: number;
  /** How long there are faults, schedules and users, in milliseconds. */
  stormMs: number;
  pipelines: Pipeline[];
  /** Some of them as they are after an edit, which every process that starts later has. */
  edit: { afterMs: number; pipelines: Pipeline[] } | undefined;
  poolSizes: PoolSizes;
  maxActiveRuns: number;
  orchestrators: 1 | 2;
  latencyMs: number;
  climate: Climate;
  /** Faults that befall a process or a way between two, for each minute. */
  incidentsPerMinute: number;
  /** What users do, for each minute. */
  actionsPerMinute: number;
  /** How often that changes which sensors look at, for each minute. */
  changesPerMinute: number;
  deliveryAttempts: number;
  queueLimitSeconds: number;
  reconcileSeconds: number;
  watchesAlarms: boolean;
  /** Whether no tick fires before the faults end. */
  ledgerIsDown: boolean;
}

/** The type of the events that users send; they start a run of every pipeline. */
export const userEvent = 'dev.triad.simulated';

const anySteps = anyRichPipeline(4);

function stepsOf(seed: number): PipelineDefinition['steps'] {
  const [drawn = []] = fc.sample(anySteps, { seed, numRuns: 1 });
  return drawn;
}

const valid = (definition: PipelineDefinition): Pipeline =>
  validatePipeline(definition, definition.name);

export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed, 1);
  const harm = dice.pick([0, 0.3, 1, 1, 3]);
  const watchesAlarms = dice.happens(0.2);
  // Alarms take their time.
  const stormMs = 60_000 * (watchesAlarms ? 4 : dice.pick([1, 1, 1, 2, 2, 4]));
  const definitions = Array.from({ length: dice.pick([1, 1, 2, 2, 3, 4]) }, (_, index) =>
    definitionOf(`p${index}`, seed * 4 + index, index, dice),
  );
  const edited = definitions.map((definition, index) =>
    dice.happens(0.7) ? { ...definition, steps: stepsOf(-1 - seed * 4 - index) } : definition,
  );
  return {
    seed,
    beginsAt: Date.parse(dice.pick(['2024-01-01T10:00:00Z', '2024-03-31T00:30:00Z'])),
    stormMs,
    pipelines: definitions.map(valid),
    edit: dice.happens(0.4)
      ? { afterMs: dice.between(0.2, 0.8) * stormMs, pipelines: edited.map(valid) }
      : undefined,
    poolSizes: new Map([
      ['warehouse', dice.pick([1, 1, 2])],
      ['narrow', 1],
      ...(dice.happens(0.3) ? [['steps', 3] as const] : []),
    ]),
    maxActiveRuns: dice.pick([2, 5, 100]),
    orchestrators: dice.pick([1, 1, 1, 2]),
    latencyMs: dice.pick([0, 0, 5, 50]),
    climate: climateOf(dice, harm),
    incidentsPerMinute: harm * dice.pick([0, 0.3, 1]),
    actionsPerMinute: dice.pick([20, 60, 120]),
    changesPerMinute: dice.pick([1, 5, 10]),
    deliveryAttempts: dice.pick([4, 10]),
    reconcileSeconds: dice.pick([5, 15, 30]),
    queueLimitSeconds: dice.pick([60, 300]),
    watchesAlarms,
    ledgerIsDown: watchesAlarms && dice.happens(0.5),
  };
}

/** A world without faults, users and pipelines of its own. */
export const quietScenario = (seed: number, beginsAt: number): Scenario => ({
  ...scenarioOf(seed),
  beginsAt,
  stormMs: 10_000,
  pipelines: [],
  edit: undefined,
  climate: calm,
  incidentsPerMinute: 0,
  actionsPerMinute: 0,
  changesPerMinute: 0,
  watchesAlarms: false,
  ledgerIsDown: false,
});

function climateOf(dice: Dice, harm: number): Climate {
  const some = (rate: number) => (dice.happens(0.5) ? rate * harm : 0);
  const climate: Climate = {
    crash: some(0.001),
    slowCall: some(0.005),
    failedCall: some(0.003),
    timedOutCall: some(0.003),
    lostRequest: some(0.05),
    lostAnswer: some(0.05),
    duplicate: some(0.05),
    delay: some(0.03),
    badJob: some(0.15),
    lostOutcome: some(0.1),
  };
  return harm === 0 ? calm : climate;
}

function definitionOf(name: string, seed: number, index: number, dice: Dice): PipelineDefinition {
  return {
    version: 1,
    name,
    description: 'A simulated pipeline.',
    params: {
      ...richParams,
      pipeline: { type: 'string', description: 'Its name.', default: name },
      seen: { type: 'string', description: 'What its sensor saw.', default: '' },
    },
    priority: dice.pick([50, 50, 80]),
    maxActiveRuns: dice.pick([1, 2, 16]),
    ...(dice.happens(0.2) && { maxActiveSteps: 2 }),
    cache: dice.pick(['off', 'off', 'on']),
    ...(dice.happens(0.8) && { schedule: scheduleOf(dice) }),
    triggers: [
      { on: 'event', type: userEvent },
      ...(index > 0 && dice.happens(0.3) ? [{ on: 'pipeline' as const, pipeline: 'p0' }] : []),
    ],
    sensors: dice.happens(0.35) ? [sensorOf(dice)] : [],
    steps: stepsOf(seed),
    alarms: { startWithinSeconds: 20, finishWithinSeconds: 45 },
  };
}

const sensorOf = (dice: Dice): NonNullable<PipelineDefinition['sensors']>[number] => ({
  name: 'feed',
  everySeconds: dice.pick([2, 10]),
  payloadKey: 'seen',
  initial: dice.pick(['remember', 'trigger']),
  watch: { kind: 'http', url: 'http://feed/' },
});

const scheduleOf = (dice: Dice): NonNullable<PipelineDefinition['schedule']> => ({
  cron: dice.pick(['* * * * *', '* * * * *', '*/2 * * * *', '*/5 * * * *']),
  timezone: dice.pick(['UTC', 'Europe/Berlin', 'America/New_York']),
  jitterSeconds: dice.pick([0, 0, 20]),
  catchUp: dice.pick(['none', 'last', 'all']),
  catchUpWindowSeconds: dice.pick([120, 86_400]),
  overlap: dice.pick(['skip', 'queue_one', 'queue_all', 'cancel_other', 'allow', 'allow']),
  dependsOnPast: dice.happens(0.15),
});
