import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { parsePushEnvelope } from '@triad/shared/contracts/push-envelope.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import { openPayload } from '@triad/shared/messenger/event-payload.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { readMessage, type WorkloadMessage } from './read-message.ts';
import type { CommandReceiver } from './receive-command.ts';

export interface PushReceiverOptions {
  /** Holds the data of messages that were too large. */
  artifacts: ArtifactStore;
  commands: CommandReceiver;
  messenger: Messenger;
  log: Logger;
}

/**
 * Takes the body of one push request. To return is to acknowledge; to throw is to have it
 * delivered again. A message that no delivery can help is acknowledged into the dead letters.
 */
export async function receivePush(options: PushReceiverOptions, body: unknown): Promise<void> {
  const envelope = parsePushEnvelope(body);
  const { message, subscription } = envelope;
  // A dead letter refers to its data, as the message does.
  const { messageId: id, data } = message;
  const giveUp = async (error: TriadError) => {
    const { code, message: text } = error;
    options.log.warn({ messageId: id, code }, text);
    await options.messenger.deadLetter({ id, data }, subscription, { code, message: text });
  };

  const opened = await openPayload(options.artifacts, envelope);
  if (opened instanceof TriadError) return giveUp(opened);
  let read: WorkloadMessage;
  try {
    read = readMessage(id, opened.message.data);
  } catch (error) {
    return giveUp(toTriadError(error));
  }
  try {
    if (read.type === 'command') await options.commands.command(read.command, read.request);
    else await options.commands.cancel(read.cancellation.commandId);
  } catch (error) {
    if (error instanceof TriadError && error.code === 'JOB_UNKNOWN') return giveUp(error);
    throw error;
  }
}
