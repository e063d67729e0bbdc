import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { Admission } from '../../../orchestrator/admit/admission.ts';
import { RunStarter } from '../../../orchestrator/run/run-starter.ts';
import { changeOf, planOf } from '../run-fixtures.ts';
import { FakeProbe } from '../sensors/fake-probe.ts';
import { setUpOrchestrator } from './orchestrator-setup.ts';

export type EventSetup = Awaited<ReturnType<typeof setUpEvents>>;

/** The orchestrator's parts around events and sensors, on one state in memory. */
export async function setUpEvents(definitions: Pipeline[]) {
  const setup = await setUpOrchestrator();
  const db = await openSqlite(':memory:');
  const state = new KyselyStateStore(db);
  const admission = new Admission({ state, engine: setup.engine, maxActiveRuns: 0 });
  const starter = new RunStarter({ ...setup, state, admission, codeRevision: 'abc' });
  const probe = new FakeProbe();
  let announced = 0;
  return {
    ...setup,
    state,
    starter,
    events: new KyselyEventStore(db),
    sensors: new KyselySensorStore(db),
    pipelines: new Map(definitions.map((pipeline) => [pipeline.name, pipeline])),
    probe,
    probes: { files: probe, http: probe, sql: probe },
    onEvent: () => {
      announced += 1;
    },
    /** How often an event of a change was announced. */
    announced: () => announced,

    /** All runs, oldest first. */
    async runs() {
      const rows = (await state.listRuns({ limit: 100 })).toReversed();
      const plans = await Promise.all(rows.map(({ runId }) => state.getRun(runId)));
      return plans.flatMap((run) => {
        if (!run) return [];
        const { pipeline, runDate, params, trigger, cause } = run.plan;
        return [{ pipeline: pipeline.name, runDate, params, trigger, cause }];
      });
    },

    /** A run of a pipeline that has succeeded. */
    async succeed(
      runId: string,
      more: Parameters<typeof planOf>[1],
      finishedAt = setup.clock.now(),
    ): Promise<void> {
      await state.createRun(planOf(runId, more));
      await state.applyChange(runId, 0, changeOf({ state: 'succeeded', finishedAt }));
    },
  };
}

/** An object whose `method` does not come back the first time: before its work, or after it. */
export function dyingOnce<T extends object>(
  target: T,
  method: keyof T,
  when: 'before' | 'after',
): T {
  let isAlive = true;
  return new Proxy(target, {
    get(own, name) {
      const value: unknown = Reflect.get(own, name, own);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        const dies = name === method && isAlive;
        if (dies) isAlive = false;
        if (dies && when === 'before') throw new Error('the process died');
        const result: unknown = await Reflect.apply(value, own, given);
        if (dies) throw new Error('the process died');
        return result;
      };
    },
  });
}
