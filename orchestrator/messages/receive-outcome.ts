import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import { parseCommandId } from '@triad/shared/contracts/names.ts';
import { parseOutcome } from '@triad/shared/contracts/outcome.ts';
import {
  decodeEvent,
  type PushEnvelope,
  parsePushEnvelope,
} from '@triad/shared/contracts/push-envelope.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { openPayload } from '@triad/shared/messenger/event-payload.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { heardEnd } from '../verify/heard-end.ts';
import { type SettleOptions, settleAttempt } from '../verify/settle-attempt.ts';

/**
 * Takes one push request. Returning acknowledges it; throwing has it delivered again. A message
 * that can never be read is acknowledged into the dead letters.
 */
export async function receiveOutcome(
  options: SettleOptions & { messenger: Messenger },
  body: unknown,
): Promise<void> {
  const envelope = parsePushEnvelope(body);
  const { message, subscription } = envelope;
  const opened = await openPayload(options.artifacts, envelope);
  const outcome = opened instanceof TriadError ? opened : readOutcome(opened);
  if (outcome instanceof TriadError) {
    const { code, message: text } = outcome;
    await options.messenger.deadLetter(
      { id: message.messageId, data: message.data },
      subscription,
      {
        code,
        message: text,
      },
    );
    return;
  }
  await settleAttempt(options, parseCommandId(outcome.commandId), heardEnd(outcome));
}

function readOutcome({ message: { messageId: id, data } }: PushEnvelope) {
  try {
    const event = decodeEvent(id, data);
    if (event.type !== eventType.outcome) {
      const reason = `expected an event of type ${eventType.outcome}, got ${event.type}`;
      return new TriadError('MESSAGE_POISON', { id, reason });
    }
    return parseOutcome(event.data);
  } catch (error) {
    return toTriadError(error);
  }
}
