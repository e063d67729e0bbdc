import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import { traceparentOf } from '@triad/shared/tracing/span-context.ts';

/** An event from the orchestrator about a command. */
export function eventMessage(
  type: string,
  commandId: string,
  data: unknown,
  ids: Ids,
  now: Date,
): CloudEvent {
  return {
    specversion: '1.0',
    id: ids.next(),
    source: 'triad/orchestrator',
    type,
    subject: commandId,
    time: now.toISOString(),
    traceparent: traceparentOf(commandId),
    datacontenttype: 'application/json',
    data,
  };
}
