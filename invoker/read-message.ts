import { type CloudEvent, eventType } from '@triad/shared/contracts/cloud-event.ts';
import {
  type Cancellation,
  type Command,
  parseCancellation,
  parseCommand,
} from '@triad/shared/contracts/command.ts';
import { decodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobRequest } from './start-job.ts';

export type WorkloadMessage =
  | { type: 'command'; command: Command; request: JobRequest }
  | { type: 'cancellation'; cancellation: Cancellation };

/**
 * What a message on the commands topic asks for. Whatever this throws is the reason why the
 * message can never be processed: `MESSAGE_POISON`, `CONTRACT_VERSION_UNKNOWN`, `INPUT_INVALID`.
 */
export function readMessage(id: string, data: string): WorkloadMessage {
  const event = decodeEvent(id, data);
  switch (event.type) {
    case eventType.command:
      return { type: 'command', command: parseCommand(event.data), request: requestOf(event) };
    case eventType.cancellation:
      return { type: 'cancellation', cancellation: parseCancellation(event.data) };
    default:
      throw new TriadError('MESSAGE_POISON', {
        id,
        reason: `no event type ${event.type} is known`,
      });
  }
}

const requestOf = ({ traceparent, time }: CloudEvent): JobRequest => ({
  traceparent,
  commandedAt: time === undefined ? undefined : new Date(time),
});
