import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import type { Express } from 'express';
import { createInvokerApp } from './app.ts';
import { awaitOrchestrator } from './await-orchestrator.ts';
import { Cancellations } from './cancellations.ts';
import { Claims } from './claim-command.ts';
import { CommandReceiver } from './receive-command.ts';
import { OutcomeReporter, outcomeOf } from './report-outcome.ts';

export interface InvokerOptions {
  artifacts: ArtifactStore;
  jobs: JobLauncher;
  messenger: Messenger;
  clock: Clock;
  ids: Ids;
  log: Logger;
  codeRevision: string;
}

export interface Invoker {
  app: Express;
  /**
   * Takes charge of the jobs that an earlier invoker left, once the orchestrator answers: of two
   * systems that start on one home, only the one that got it may have them.
   */
  start(): Promise<void>;
  /** Leaves the running jobs to the next invoker. */
  stop(): Promise<void>;
}

/** Puts the parts of the invoker together. */
export function createInvoker(options: InvokerOptions): Invoker {
  const { artifacts, jobs, messenger, clock, ids, log } = options;
  const outcomes = new OutcomeReporter({ messenger, clock, log });
  const claims = new Claims({ artifacts, clock, invoker: ids.next() });
  const cancellations = new Cancellations(artifacts, clock);
  let adopted: Promise<void> = Promise.resolve();
  const commands = new CommandReceiver({
    jobs,
    claims,
    cancellations,
    outcomes,
    clock,
    adopted: () => adopted,
  });

  const reporting = new Underway();
  const stopping = new AbortController();

  /** A job without a claim was asked for directly: no run waits to hear of it. */
  const reportEnd = async (job: JobView): Promise<void> => {
    const { name, state } = job;
    log.info({ command: name, state, code: job.error?.code }, 'job ended');
    try {
      if (await claims.exists(name)) outcomes.report(outcomeOf(job));
    } catch (error) {
      log.error({ command: name, err: error }, 'It is not known whether a run waits for this job');
    }
  };

  const adopt = async (): Promise<void> => {
    if (!(await awaitOrchestrator(messenger, clock, stopping.signal))) return;
    for (const job of await jobs.adopt()) await reportEnd(job);
  };

  return {
    app: createInvokerApp({ ...options, commands }),
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
