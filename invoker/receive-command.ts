import { sleep } from '@triad/shared/clock/clock.ts';
import type { Command } from '@triad/shared/contracts/command.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Cancellations } from './cancellations.ts';
import type { Claims } from './claim-command.ts';
import { type OutcomeReporter, outcomeWithoutJob } from './report-outcome.ts';
import { type JobRequest, type StartJobOptions, startJob } from './start-job.ts';

export interface CommandReceiverOptions extends StartJobOptions {
  claims: Claims;
  cancellations: Cancellations;
  outcomes: OutcomeReporter;
  /** Resolves once the jobs of an earlier invoker are this one's: no other can be ended. */
  adopted: () => Promise<void>;
}

/** A request waits this long for the jobs of an earlier invoker, in milliseconds. */
const patienceMs = 10_000;

/** Turns each command into one job, however often and in whatever order its messages arrive. */
export class CommandReceiver {
  readonly #options: CommandReceiverOptions;

  constructor(options: CommandReceiverOptions) {
    this.#options = options;
  }

  /**
   * Starts the job of the command unless it exists or was cancelled. `CLAIM_HELD` asks for a later
   * delivery; `JOB_UNKNOWN` will never do, so the run is told at once.
   */
  async command(command: Command, request?: JobRequest): Promise<void> {
    const { jobs, claims, cancellations } = this.#options;
    const { id, job } = command;
    if (!jobs.jobNames.includes(job)) {
      const error = new TriadError('JOB_UNKNOWN', { job, known: jobs.jobNames.join(', ') });
      this.#reportWithoutJob(id, 'failed', error);
      throw error;
    }
    if (await jobs.get(id)) return;
    if (await cancellations.has(id)) return this.#reportCancelled(id);
    const claim = await claims.take(id);
    if (!claim) {
      // Whoever holds the claim may have started the job since; if not, it may be about to die.
      if (await jobs.get(id)) return;
      throw new TriadError('CLAIM_HELD', { id });
    }
    try {
      await startJob(this.#options, command, request);
    } catch (error) {
      await claim.release();
      throw error;
    }
    // A cancellation that came since the look above has found no job to end.
    if (await cancellations.has(id)) await jobs.cancel(id);
  }

  /** Ends the job of the command, or sees to it that none will start. */
  async cancel(commandId: string): Promise<void> {
    const { jobs, cancellations, adopted } = this.#options;
    // Remembered first: a command that is being launched right now looks for it afterwards.
    await cancellations.remember(commandId);
    await adopted();
    if (!(await jobs.cancel(commandId))) this.#reportCancelled(commandId);
  }

  /**
   * Ends a job that somebody asks to end directly. One of an earlier invoker can be ended once it
   * is this one's: `JOB_NOT_ADOPTED` when that does not come in time, and then nothing was done.
   */
  async cancelJob(id: string): Promise<JobView | undefined> {
    const { jobs, clock, adopted } = this.#options;
    const job = await jobs.cancel(id);
    if (job?.state !== 'running') return job;
    let isAdopted = false;
    const waiting = new AbortController();
    await Promise.race([
      adopted().then(() => {
        isAdopted = true;
      }),
      sleep(clock, patienceMs, waiting.signal),
    ]);
    waiting.abort();
    const now = await jobs.cancel(id);
    if (!isAdopted && now?.state === 'running') throw new TriadError('JOB_NOT_ADOPTED', { id });
    return now;
  }

  #reportCancelled(commandId: string): void {
    this.#reportWithoutJob(commandId, 'cancelled', new TriadError('JOB_CANCELLED'));
  }

  #reportWithoutJob(commandId: string, state: 'failed' | 'cancelled', error: TriadError): void {
    const { outcomes, clock } = this.#options;
    outcomes.report(outcomeWithoutJob(commandId, state, error, clock.now()));
  }
}
