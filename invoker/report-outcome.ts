import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import { type CloudEvent, eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import type { Outcome } from '@triad/shared/contracts/outcome.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { TriadError } from '@triad/shared/errors/triad-error.ts';
import { attemptLog } from '@triad/shared/log/attempt-log.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { traceparentOf } from '@triad/shared/tracing/span-context.ts';

/** Wait between attempts to publish, in milliseconds; doubles with each failure. */
const retryDelayMs = { first: 100, longest: 30_000 };

export interface OutcomeReporterOptions {
  messenger: Messenger;
  clock: Clock;
  log: Logger;
}

/**
 * Publishes how jobs ended, each outcome until it is accepted or this process stops. One that is
 * lost with the process does no harm: the orchestrator asks for jobs that it does not hear of.
 */
export class OutcomeReporter {
  readonly #options: OutcomeReporterOptions;
  readonly #stop = new AbortController();
  readonly #underway = new Underway();

  constructor(options: OutcomeReporterOptions) {
    this.#options = options;
  }

  /** Begins to publish; does not wait. */
  report(outcome: Outcome): void {
    this.#underway.add(this.#publish(outcome));
  }

  /** Gives every outcome that is underway a last attempt, and no more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#underway.done();
  }

  async #publish(outcome: Outcome): Promise<void> {
    const { messenger, clock, log } = this.#options;
    const event = outcomeEvent(outcome);
    for (
      let delayMs = retryDelayMs.first;
      ;
      delayMs = Math.min(delayMs * 2, retryDelayMs.longest)
    ) {
      try {
        return await messenger.publish(topic.outcomes, event);
      } catch (error) {
        attemptLog(log, outcome.commandId).warn({ err: error }, 'An outcome was not accepted');
      }
      if (this.#stop.signal.aborted) return;
      await sleep(clock, delayMs, this.#stop.signal);
    }
  }
}

/** The same end gives the same id, so that a receiver can tell that it heard of it before. */
function outcomeEvent(outcome: Outcome): CloudEvent {
  return {
    specversion: '1.0',
    id: `${outcome.commandId}:${outcome.state}`,
    source: 'triad/invoker',
    type: eventType.outcome,
    subject: outcome.commandId,
    time: outcome.endedAt,
    traceparent: traceparentOf(outcome.commandId),
    datacontenttype: 'application/json',
    data: outcome,
  };
}

/** The outcome of a job that has ended. */
export function outcomeOf(job: JobView): Outcome {
  const { name, state, exitCode, error, created, endedAt } = job;
  if (state === 'running' || endedAt === null) throw new Error(`job ${name} has not ended`);
  return { version: 1, commandId: name, state, exitCode, error, startedAt: created, endedAt };
}

/** The outcome of a command for which no job was started. */
export function outcomeWithoutJob(
  commandId: string,
  state: 'failed' | 'cancelled',
  error: TriadError,
  now: Date,
): Outcome {
  const endedAt = now.toISOString();
  const report = error.report();
  return { version: 1, commandId, state, exitCode: null, error: report, startedAt: null, endedAt };
}
