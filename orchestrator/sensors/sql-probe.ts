import { createHash } from 'node:crypto';
import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { type Pipeline, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import type { SqlWatch } from '@triad/shared/contracts/sensor.ts';
import { errorFromReport } from '@triad/shared/errors/error-from-report.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { foldEvents } from '../run/run-status.ts';
import type { Look, Observation, Probe } from './probe.ts';

export interface SqlProbeOptions {
  starter: Pick<RunStarter, 'start'>;
  state: Pick<StateStore, 'getRun'>;
  events: Pick<EventStore, 'runOfCause'>;
  clock: Clock;
}

/** How often it asks whether its run has finished, in milliseconds. */
const PAUSE_MS = 200;
const LONGEST_SLUG = 63;

/**
 * Asks the warehouse for one value. Only a job may open the warehouse, so each look is a run of a
 * pipeline of one step, which waits for its turn like any other.
 */
export class SqlProbe implements Probe<SqlWatch> {
  readonly #options: SqlProbeOptions;

  constructor(options: SqlProbeOptions) {
    this.#options = options;
  }

  async look({ query }: SqlWatch, look: Look): Promise<Observation> {
    const { starter, events, clock } = this.#options;
    const cause = `sense/${look.pipeline}/${look.sensor}/${look.number}`;
    const started = await starter.start({
      pipeline: sensePipeline(look),
      runDate: clock.now().toISOString().slice(0, 10),
      params: { query },
      trigger: 'look',
      cause,
    });
    const runId = started ?? (await events.runOfCause(cause));
    if (!runId) throw new Error(`look ${cause} has no run`);
    return this.#resultOf(runId, look);
  }

  async #resultOf(runId: string, { signal }: Look): Promise<Observation> {
    const { state, clock } = this.#options;
    for (;;) {
      const run = await state.getRun(runId);
      if (!run) throw new Error(`run ${runId} vanished`);
      const status = foldEvents(run.plan, run.events);
      if (status.finishedAt) {
        if (status.state === 'failed' && status.error) throw errorFromReport(status.error);
        if (status.state !== 'succeeded') throw unreadable(runId, `it was ${status.state}`);
        const [value = null] = status.steps.get('value')?.result?.lists?.value ?? [];
        return { value, summary: value === null ? 'NULL' : String(value) };
      }
      await sleep(clock, PAUSE_MS, signal);
      if (signal.aborted) throw unreadable(runId, 'nobody waits for it any more');
    }
  }
}

const unreadable = (runId: string, reason: string) =>
  new TriadError('SENSOR_UNREADABLE', { location: `the warehouse with run ${runId}`, reason });

/** The pipeline of one look. Looks go before other runs: they are short and others wait for them. */
function sensePipeline({ pipeline, sensor }: Look): Pipeline {
  // Joined or cut, the names of two sensors can be equal: `b-c` of `a` and `c` of `a-b`.
  const hash = createHash('sha256').update(`${pipeline}/${sensor}`).digest('hex').slice(0, 8);
  return pipelineSchema.parse({
    version: 1,
    name: `${`sense-${pipeline}-${sensor}`.slice(0, LONGEST_SLUG - 9)}-${hash}`,
    description: `One look of sensor ${sensor} of ${pipeline}.`,
    priority: 90,
    params: { query: { type: 'string', description: 'The query.', required: true } },
    steps: [{ name: 'value', kind: 'sense', resources: { timeLimitSeconds: 600 } }],
  });
}
