import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import type { HttpGuard } from '@triad/shared/http/http-app.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { attemptLog } from '@triad/shared/log/attempt-log.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import type { Tracer } from '@triad/shared/tracing/tracer.ts';
import type { Express } from 'express';
import { createInvokerApp } from './app.ts';
import { awaitOrchestrator } from './await-orchestrator.ts';
import { Cancellations } from './cancellations.ts';
import { Claims } from './claim-command.ts';
import { InvokerMetrics } from './invoker-metrics.ts';
import { CommandReceiver } from './receive-command.ts';
import { receivePush } from './receive-push.ts';
import { OutcomeReporter, outcomeOf } from './report-outcome.ts';

export interface InvokerOptions {
  artifacts: ArtifactStore;
  jobs: JobLauncher;
  messenger: Messenger;
  clock: Clock;
  ids: Ids;
  log: Logger;
  codeRevision: string;
  tracer?: Tracer;
  guard?: Omit<HttpGuard, 'metrics'>;
}

export interface Invoker {
  app: Express;
  /** Takes the body of a push request that came by another way: to return is to acknowledge it. */
  receive(body: unknown): Promise<void>;
  /**
   * Takes charge of the jobs that an earlier invoker left, once the orchestrator answers: of two
   * systems that start on one home, only the one that got it may have them.
   */
  start(): Promise<void>;
  /** From now on it is not ready for more. */
  drain(): void;
  /** Leaves the running jobs to the next invoker. */
  stop(): Promise<void>;
}

/** Puts the parts of the invoker together. */
export function createInvoker(options: InvokerOptions): Invoker {
  const { artifacts, jobs, messenger, clock, ids, log } = options;
  const metrics = new InvokerMetrics(clock);
  const outcomes = new OutcomeReporter({ messenger, clock, log });
  const claims = new Claims({ artifacts, clock, invoker: ids.next() });
  const cancellations = new Cancellations(artifacts, clock);
  let adopted: Promise<void> = Promise.resolve();
  const commands = new CommandReceiver({
    ...options,
    metrics,
    claims,
    cancellations,
    outcomes,
    adopted: () => adopted,
  });

  const reporting = new Underway();
  const stopping = new AbortController();

  /** A job without a claim was asked for directly: no run waits to hear of it. */
  const reportEnd = async (job: JobView): Promise<void> => {
    const { name, state } = job;
    const own = attemptLog(log, name);
    own.info({ state, code: job.error?.code }, 'job ended');
    metrics.jobEnded(state);
    try {
      if (await claims.exists(name)) outcomes.report(outcomeOf(job));
    } catch (error) {
      own.error({ err: error }, 'It is not known whether a run waits for this job');
    }
  };

  const adopt = async (): Promise<void> => {
    if (!(await awaitOrchestrator(messenger, clock, stopping.signal))) return;
    for (const job of await jobs.adopt()) await reportEnd(job);
  };

  // Without the orchestrator nothing can be reported, but jobs can be started and go on.
  const readiness = new Readiness(
    { artifacts: () => artifacts.check(), jobs: () => jobs.check() },
    clock,
    log,
  );

  return {
    app: createInvokerApp({
      ...options,
      commands,
      metrics,
      readiness,
      guard: { ...options.guard, metrics: metrics.http },
    }),
    receive: (body) => receivePush({ artifacts, commands, messenger, log }, body),
    drain: () => readiness.stopping(),
    async start() {
      jobs.onEnd((job) => reporting.add(reportEnd(job)));
      adopted = adopt();
      await adopted;
    },
    async stop() {
      stopping.abort();
      await adopted;
      await jobs.close();
      await reporting.done();
      await outcomes.close();
    },
  };
}
