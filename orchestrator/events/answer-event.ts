import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { PipelineTrigger } from '@triad/shared/contracts/trigger.ts';
import type { StoredEvent } from '@triad/shared/state/event-store.ts';
import type { RunRequest } from '../plan/plan-run.ts';
import { ownSource } from './own-sources.ts';
import { dotted, pickParams, pickRunDate, utcDay } from './pick-field.ts';
import type { RunSucceeded } from './run-succeeded.ts';

type Received = Pick<StoredEvent, 'event' | 'receivedAt'>;

/** The trigger of a pipeline that an event is for: the first of those that match. */
export function matchTrigger(
  { triggers }: Pipeline,
  { event }: Received,
): PipelineTrigger | undefined {
  return triggers.find((trigger) =>
    trigger.on === 'event'
      ? trigger.type === event.type &&
        (trigger.source === undefined || trigger.source === event.source)
      : event.type === eventType.runSucceeded &&
        event.source === ownSource.pipeline(trigger.pipeline),
  );
}

/**
 * The run that an event asks of a pipeline. Its cause follows from the event, so that however
 * often it is asked for, there is one. Errors: `INPUT_INVALID` for data that does not fit.
 */
export function answerEvent(
  pipeline: Pipeline,
  trigger: PipelineTrigger,
  received: Received,
): RunRequest & { cause: string } {
  const { event } = received;
  const cause = `event/${segment(event.source)}/${segment(event.id)}/${pipeline.name}`;
  if (trigger.on === 'pipeline') {
    const { runDate } = event.data as RunSucceeded;
    const params = pickParams(event.data, trigger.params, pathInRun);
    return { pipeline, runDate, params, trigger: 'pipeline', cause };
  }
  const runDate = trigger.runDate
    ? pickRunDate(event.data, trigger.runDate)
    : utcDay(event.time === undefined ? received.receivedAt : new Date(event.time));
  const params = pickParams(event.data, trigger.params, dotted);
  return { pipeline, runDate, params, trigger: 'event', cause };
}

/** Names of metrics hold dots, so only outputs are split to the end. */
function pathInRun(field: string): string[] {
  const [part = '', ...rest] = field.split('.');
  return part === 'outputs' ? [part, ...rest] : [part, rest.join('.')];
}

/** A part of a cause, such that different parts never make the same cause. */
const segment = (text: string) => text.replace(/[%/]/g, encodeURIComponent);
