import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import type { JobState, JobView } from '@triad/shared/contracts/job-view.ts';
import { type Manifest, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { attemptPrefix, type CommandKey, formatCommandId } from '@triad/shared/contracts/names.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { Admission } from '../../../orchestrator/admit/admission.ts';
import type { Workload } from '../../../orchestrator/reconcile/workload.ts';
import { type AttemptEnd, reactToEnd } from '../../../orchestrator/run/react-to-end.ts';
import { RunEngine } from '../../../orchestrator/run/run-engine.ts';
import { RunStarter } from '../../../orchestrator/run/run-starter.ts';
import { runViewOf } from '../../../orchestrator/run/run-view-of.ts';
import { findReusable } from '../../../orchestrator/verify/find-reusable.ts';
import { FakeClock } from '../fake-clock.ts';
import { recordingLogger } from '../recording-logger.ts';
import { planOf } from '../run-fixtures.ts';
import { sequentialIds } from '../sequential-ids.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

/** A workload that knows the jobs a test tells it of. */
export class FakeWorkload implements Workload {
  readonly jobs = new Map<string, JobView>();
  isDown = false;

  async getJob(commandId: string): Promise<JobView | undefined> {
    await this.check();
    return this.jobs.get(commandId);
  }

  async check(): Promise<void> {
    if (this.isDown) throw new Error('the invoker is down');
  }

  tell(commandId: string, state: JobState, more: Partial<JobView> = {}): void {
    this.jobs.set(commandId, {
      name: commandId,
      displayName: commandId,
      state,
      created: '2024-01-01T00:00:00.000Z',
      endedAt: state === 'running' ? null : '2024-01-01T00:00:01.000Z',
      exitCode: state === 'succeeded' ? 0 : null,
      error: null,
      ...more,
    });
  }
}

export type OrchestratorSetup = Awaited<ReturnType<typeof setUpOrchestrator>>;

/** The orchestrator's parts on an empty state in memory, a real artifact store and a fake clock. */
export async function setUpOrchestrator() {
  const clock = new FakeClock();
  const ids = sequentialIds();
  const db = await openSqlite(':memory:');
  const state = new KyselyStateStore(db);
  const ledger = new KyselyTickLedger(db);
  const backfills = new KyselyBackfillStore(db);
  const history = new KyselyResultHistory(db);
  const artifacts = new DirectoryArtifactStore({ directory: await temporaryDirectory() });
  const { log, lines } = recordingLogger();
  const workload = new FakeWorkload();
  let woken = 0;
  const onOutbox = () => {
    woken += 1;
  };
  const reusable = (key: string) => findReusable(state, artifacts, key);
  const newEngine = () =>
    new RunEngine({
      state,
      clock,
      ids,
      log,
      poolSizes: new Map([['warehouse', 1]]),
      findReusable: reusable,
      outboxTakenMs: 0,
      publish: onOutbox,
    });
  const engine = newEngine();
  const admission = new Admission({ state, engine, maxActiveRuns: 100 });
  const starter = new RunStarter({ state, admission, clock, ids, codeRevision: 'abc' });
  const random = () => 0.5;

  return {
    clock,
    ids,
    state,
    ledger,
    backfills,
    history,
    artifacts,
    log,
    lines,
    workload,
    engine,
    newEngine,
    findReusable: reusable,
    admission,
    starter,
    random,
    onOutbox,
    /** No relay publishes what an engine commits: it stays in the outbox. */
    outboxTakenMs: 0,
    publish: onOutbox,
    /** How often the outbox was announced. */
    wakes: () => woken,

    async start(runId: string, pipeline: Pipeline, more: Partial<RunPlan> = {}): Promise<void> {
      await state.createRun(planOf(runId, { pipeline, createdAt: clock.now(), ...more }));
      await engine.advance(runId);
    },

    async view(runId: string) {
      const run = await state.getRun(runId);
      if (!run) throw new Error(`no run ${runId}`);
      return runViewOf(run, clock.now());
    },

    /** The state of each step by its name. */
    async steps(runId: string): Promise<Record<string, string>> {
      const { steps } = await this.view(runId);
      return Object.fromEntries(steps.map(({ name, state: stepState }) => [name, stepState]));
    },

    /** Ends an attempt as if its outcome had come, without asking for its manifest. */
    async end(runId: string, step: string, how: AttemptEnd, attempt = 1): Promise<void> {
      await engine.react(runId, reactToEnd(step, attempt, how, clock.now(), random));
    },

    /** Takes what waits in the outbox, as `type subject`. */
    async sent(): Promise<string[]> {
      const messages = await state.unpublished(100);
      if (messages.length > 0) await state.markPublished(messages.map(({ id }) => id));
      return messages.map(
        ({ event }) => `${event.type.replace('dev.triad.', '')} ${event.subject}`,
      );
    },

    /** Does what a job does: writes the output `result.txt` of an attempt, and its manifest last. */
    async writeManifest(key: CommandKey, more: Partial<Manifest> = {}): Promise<Manifest> {
      const path = `${attemptPrefix(key)}/result.txt`;
      await artifacts.put(path, `result of ${formatCommandId(key)}`);
      const reference = await artifacts.digest(path);
      if (!reference) throw new Error(`${path} was not stored`);
      const now = clock.now().toISOString();
      const manifest: Manifest = {
        version: 1,
        commandId: formatCommandId(key),
        runDate: '2024-01-31',
        outputs: [{ ...reference, name: 'result' }],
        tables: [],
        metrics: {},
        notes: [],
        lineage: { planHash: 'f'.repeat(64), codeRevision: 'test', seed: 0, inputs: [] },
        startedAt: now,
        finishedAt: now,
        ...more,
      };
      await artifacts.put(manifestPath(key), JSON.stringify(manifest));
      return manifest;
    },
  };
}
