import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { type ErrorReport, TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { InFlight, StoredRun } from '@triad/shared/state/state-store.ts';
import { commandOf } from '../run/command-of.ts';
import { eventMessage } from '../run/event-message.ts';
import { foldEvents } from '../run/run-status.ts';
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
  /** A command that no invoker knows is sent again after this long, in seconds. */
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
  /** When each unknown command was last sent again. */
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
    const { workload } = this.#options;
    const job = await workload.getJob(attempt.commandId);
    await settleAttempt(this.#options, attempt, job && heardEnd(job));
    const run = await this.#options.state.getRun(attempt.runId);
    if (!run || !isInFlight(run, attempt)) return;
    if (job) await this.#endOverdueJob(attempt, run);
    else await this.#findLostCommand(attempt, run);
  }

  /** The invoker enforces the time limit; this is for when it cannot. */
  async #endOverdueJob(attempt: InFlight, run: StoredRun): Promise<void> {
    const { queueLimitSeconds } = this.#options;
    const limit = stepOf(run, attempt).resources.timeLimitSeconds;
    if (this.#age(attempt) <= limit + queueLimitSeconds) return;
    await this.#send(eventType.cancellation, attempt.commandId, {
      version: 1,
      commandId: attempt.commandId,
    });
    const error = new TriadError('JOB_TIMEOUT', { limit }).report();
    await settleAttempt(this.#options, attempt, { state: 'failed', error });
  }

  async #findLostCommand(attempt: InFlight, run: StoredRun): Promise<void> {
    const { deadLettered, queueLimitSeconds, resendAfterSeconds, clock } = this.#options;
    const { commandId } = attempt;
    if (this.#age(attempt) > queueLimitSeconds) {
      const error = new TriadError('COMMAND_EXPIRED', { commandId, limit: queueLimitSeconds });
      await settleAttempt(this.#options, attempt, { state: 'failed', error: error.report() });
      return;
    }
    const status = foldEvents(run.plan.pipeline, run.events);
    if (status.state === 'cancelling') {
      if (this.#age(attempt) > resendAfterSeconds) {
        await settleAttempt(this.#options, attempt, { state: 'cancelled' });
      }
      return;
    }
    const givenUp = await deadLettered(commandId);
    if (givenUp) return this.#showDelay(attempt, givenUp);
    const lastSent = this.#resent.get(commandId) ?? attempt.dispatchedAt;
    if (clock.now().getTime() - lastSent.getTime() < resendAfterSeconds * 1000) return;
    this.#resent.set(commandId, clock.now());
    // The claim makes a command that arrives twice start one job.
    const command = commandOf(run.plan, status, stepOf(run, attempt), attempt.attempt);
    await this.#send(eventType.command, commandId, command);
  }

  async #showDelay({ runId, step, attempt }: InFlight, error: ErrorReport): Promise<void> {
    await this.#options.engine.react(runId, (_plan, status) => {
      const own = status.steps.get(step);
      const isNews = own?.state === 'dispatched' && own.attempts.length === attempt && !own.error;
      return isNews ? [{ type: 'step_delayed', step, attempt, error }] : [];
    });
  }

  async #send(type: string, commandId: string, data: unknown): Promise<void> {
    const { state, ids, clock, onOutbox } = this.#options;
    const event = eventMessage(type, commandId, data, ids, clock.now());
    await state.enqueue({ id: event.id, topic: topic.commands, event });
    onOutbox();
  }

  /** Seconds since the attempt was dispatched. */
  #age({ dispatchedAt }: InFlight): number {
    return (this.#options.clock.now().getTime() - dispatchedAt.getTime()) / 1000;
  }
}

function stepOf({ plan }: StoredRun, { step }: InFlight) {
  const found = plan.pipeline.steps.find(({ name }) => name === step);
  if (!found) throw new Error(`step ${step} is in flight but not in the plan of ${plan.runId}`);
  return found;
}

function isInFlight({ plan, events }: StoredRun, { step, attempt }: InFlight): boolean {
  const own = foldEvents(plan.pipeline, events).steps.get(step);
  return own?.state === 'dispatched' && own.attempts.length === attempt;
}
