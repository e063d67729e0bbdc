import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { claimPath } from '@triad/shared/contracts/names.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { type ErrorReport, TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { InFlight, StoredRun } from '@triad/shared/state/state-store.ts';
import { commandOf } from '../run/command-of.ts';
import { eventMessage } from '../run/event-message.ts';
import { foldEvents, isInFlight } from '../run/run-status.ts';
import { heardEnd } from '../verify/heard-end.ts';
import { type SettleOptions, settleAttempt } from '../verify/settle-attempt.ts';
import type { Workload } from './workload.ts';

export interface ReconcileOptions extends SettleOptions {
  workload: Workload;
  ids: Ids;
  log: Logger;
  /** The error with which an attempt's command was given up, if it was. */
  deadLettered: (commandId: string) => Promise<ErrorReport | undefined>;
  onOutbox: () => void;
  /** A command or cancellation without effect is sent again after this long, in seconds. */
  resendAfterSeconds: number;
  /** An attempt whose job never started is given up after this long, in seconds. */
  queueLimitSeconds: number;
}

/**
 * Compares what the orchestrator believes with what is there, so that lost outcomes, lost commands
 * and vanished jobs do no harm. Safe to run at any time: it only sees what it could have heard.
 */
export class Reconciler {
  readonly #options: ReconcileOptions;
  /** When each command, or its cancellation, was last sent again. */
  readonly #resent = new Map<string, Date>();

  constructor(options: ReconcileOptions) {
    this.#options = options;
  }

  async reconcile(): Promise<void> {
    const { state, engine, log } = this.#options;
    const inFlight = await state.inFlight();
    for (const attempt of inFlight) {
      try {
        await this.#reconcileAttempt(attempt);
      } catch (error) {
        // One attempt that cannot be judged now must not keep the others from it.
        log.warn(
          { err: error, commandId: attempt.commandId },
          'an attempt could not be reconciled',
        );
      }
    }
    const known = new Set(inFlight.map(({ commandId }) => commandId));
    for (const commandId of this.#resent.keys()) {
      if (!known.has(commandId)) this.#resent.delete(commandId);
    }
    await engine.advanceAll();
  }

  async #reconcileAttempt(attempt: InFlight): Promise<void> {
    const job = await this.#askForJob(attempt.commandId);
    const heard = job === 'unknown' || job === 'no answer' ? undefined : heardEnd(job);
    await settleAttempt(this.#options, attempt, heard);
    const run = await this.#options.state.getRun(attempt.runId);
    if (!run || !isInFlight(statusOf(run), attempt.step, attempt.attempt)) return;
    const isLost =
      job === 'unknown' || (job === 'no answer' && (await this.#surelyHasNoJob(attempt, run)));
    if (isLost) return this.#findLostCommand(attempt, run);
    if (job !== 'no answer') await this.#repeatCancellation(attempt, run);
    await this.#endOverdueJob(attempt, run);
  }

  /** While nobody can be asked: the command was given up, or nobody claimed it in time. */
  async #surelyHasNoJob(attempt: InFlight, run: StoredRun): Promise<boolean> {
    const { artifacts, deadLettered } = this.#options;
    const { commandId } = attempt;
    if (await deadLettered(commandId)) return true;
    if (this.#age(attempt) <= this.#queuedLimit(attempt, run)) return false;
    return (await artifacts.stat(claimPath(commandId))) === undefined;
  }

  /** A cancellation may have come before its command, which then started the job all the same. */
  async #repeatCancellation(attempt: InFlight, run: StoredRun): Promise<void> {
    if (statusOf(run).state !== 'cancelling') return;
    if (this.#mayResend(attempt)) await this.#sendCancellation(attempt);
  }

  async #askForJob(commandId: string): Promise<JobView | 'unknown' | 'no answer'> {
    const { workload, log } = this.#options;
    try {
      return (await workload.getJob(commandId)) ?? 'unknown';
    } catch (error) {
      log.warn({ err: error, commandId }, 'the workload does not answer');
      return 'no answer';
    }
  }

  /** The invoker enforces the time limit; this is for when it cannot. */
  async #endOverdueJob(attempt: InFlight, run: StoredRun): Promise<void> {
    const limit = stepOf(run, attempt).resources.timeLimitSeconds;
    if (this.#age(attempt) <= limit + this.#queuedLimit(attempt, run)) return;
    await this.#sendCancellation(attempt);
    const error = new TriadError('JOB_TIMEOUT', { limit }).report();
    await settleAttempt(this.#options, attempt, { state: 'failed', error });
  }

  async #findLostCommand(attempt: InFlight, run: StoredRun): Promise<void> {
    const { resendAfterSeconds } = this.#options;
    const { commandId } = attempt;
    const limit = this.#queuedLimit(attempt, run);
    if (this.#age(attempt) > limit) {
      // The command may yet arrive, from its dead letter or late: it must start nothing.
      await this.#sendCancellation(attempt);
      const error = new TriadError('COMMAND_EXPIRED', { commandId, limit });
      await settleAttempt(this.#options, attempt, { state: 'failed', error: error.report() });
      return;
    }
    const status = statusOf(run);
    if (status.state === 'cancelling') {
      if (this.#age(attempt) > resendAfterSeconds) {
        await settleAttempt(this.#options, attempt, { state: 'cancelled' });
      }
      return;
    }
    if (await this.#showDelayOf(attempt)) return;
    if (!this.#mayResend(attempt)) return;
    // The claim makes a command that arrives twice start one job.
    const command = commandOf(run.plan, status, stepOf(run, attempt), attempt.attempt);
    await this.#send(eventType.command, commandId, command);
  }

  /** Lets the run tell that its command was given up. @returns whether it was */
  async #showDelayOf({ commandId, runId, step, attempt }: InFlight): Promise<boolean> {
    const error = await this.#options.deadLettered(commandId);
    if (!error) return false;
    await this.#options.engine.react(runId, (_plan, status) => {
      const isNews = isInFlight(status, step, attempt) && !status.steps.get(step)?.error;
      return isNews ? [{ type: 'step_delayed', step, attempt, error }] : [];
    });
    return true;
  }

  /** True at most once in `resendAfterSeconds`. */
  #mayResend({ commandId, dispatchedAt }: InFlight): boolean {
    const now = this.#options.clock.now();
    const lastSent = this.#resent.get(commandId) ?? dispatchedAt;
    const elapsedMs = now.getTime() - lastSent.getTime();
    if (elapsedMs < this.#options.resendAfterSeconds * 1000) return false;
    this.#resent.set(commandId, now);
    return true;
  }

  async #sendCancellation({ commandId }: InFlight): Promise<void> {
    await this.#send(eventType.cancellation, commandId, { version: 1, commandId });
  }

  async #send(type: string, commandId: string, data: unknown): Promise<void> {
    const { state, ids, clock, onOutbox } = this.#options;
    const event = eventMessage(type, commandId, data, ids, clock.now());
    await state.enqueue({ id: event.id, topic: topic.commands, event });
    onOutbox();
  }

  /** How long the attempt may go without a job, in seconds. */
  #queuedLimit(attempt: InFlight, run: StoredRun): number {
    return stepOf(run, attempt).limits.queuedSeconds ?? this.#options.queueLimitSeconds;
  }

  /** Seconds since the attempt was dispatched. */
  #age({ dispatchedAt }: InFlight): number {
    return (this.#options.clock.now().getTime() - dispatchedAt.getTime()) / 1000;
  }
}

function stepOf(run: StoredRun, { step }: InFlight) {
  const found = statusOf(run).steps.get(step)?.definition;
  if (!found) throw new Error(`step ${step} is in flight but not in run ${run.plan.runId}`);
  return found;
}

const statusOf = ({ plan, events }: StoredRun) => foldEvents(plan, events);
