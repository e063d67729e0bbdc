import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { Admission } from '../../../orchestrator/admit/admission.ts';
import { RunEngine } from '../../../orchestrator/run/run-engine.ts';
import { RunStarter } from '../../../orchestrator/run/run-starter.ts';
import { Scheduler } from '../../../orchestrator/schedule/scheduler.ts';
import type { DyingProcess } from '../dying-after.ts';
import { pipelineOf } from '../run-fixtures.ts';
import { setUpOrchestrator } from './orchestrator-setup.ts';

type Schedule = NonNullable<PipelineDefinition['schedule']>;

/** A pipeline that fires at six every morning, unless its schedule says otherwise. */
export const daily = (
  name: string,
  schedule: Partial<Schedule> = {},
  more: Partial<PipelineDefinition> = {},
): Pipeline =>
  pipelineOf(['only'], { name, schedule: { cron: '0 6 * * *', ...schedule }, ...more });

export type ScheduleSetup = Awaited<ReturnType<typeof setUpSchedules>>;

/** The orchestrator's parts, with schedulers on them; the clock stands at midnight of 2024-01-01. */
export async function setUpSchedules() {
  const setup = await setUpOrchestrator();
  const { state, ledger, engine, admission } = setup;
  const mapOf = (pipelines: Pipeline[]) =>
    new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  return {
    ...setup,

    scheduler: (...pipelines: Pipeline[]) =>
      new Scheduler({ ...setup, pipelines: mapOf(pipelines) }),

    /** A scheduler of a process that dies. */
    dyingScheduler(life: DyingProcess, ...pipelines: Pipeline[]) {
      const parts = { ...setup, state: life.bind(state), ledger: life.bind(ledger) };
      const ownEngine = new RunEngine({ ...parts, poolSizes: new Map() });
      const ownAdmission = new Admission({ ...parts, engine: ownEngine, maxActiveRuns: 100 });
      const starter = new RunStarter({ ...parts, admission: ownAdmission, codeRevision: 'abc' });
      return new Scheduler({
        ...parts,
        engine: ownEngine,
        starter,
        pipelines: mapOf(pipelines),
      });
    },

    /** Each tick as `pipeline occurrence state`, with its reason, oldest first. */
    async ticks(): Promise<string[]> {
      const ticks = await ledger.list({ limit: 10_000 });
      return ticks
        .map(
          ({ pipeline, occurrence, state: own, reason }) =>
            `${pipeline} ${occurrence.toISOString().slice(5, 16)} ${own}${reason ? `: ${reason}` : ''}`,
        )
        .toReversed();
    },

    /** Each run as `pipeline run date state`, oldest first. */
    async runs(): Promise<string[]> {
      const runs = await state.listRuns({ limit: 10_000 });
      return runs
        .map(({ pipeline, runDate, state: own }) => `${pipeline} ${runDate.slice(5)} ${own}`)
        .toReversed();
    },

    /** Lets the only step of every running run end well, and the next runs begin. */
    async finishRuns(): Promise<void> {
      for (const runId of await state.activeRuns()) {
        await engine.react(runId, (_plan, status) => {
          const attempt = status.steps.get('only')?.attempts.length ?? 1;
          if (status.state === 'cancelling') {
            return [{ type: 'step_cancelled', step: 'only', attempt }];
          }
          const result = { outputs: [], tables: [], metrics: {}, notes: [] };
          return [{ type: 'step_succeeded', step: 'only', attempt, result }];
        });
      }
      await admission.admit();
    },
  };
}
