import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import { decodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { catalogue, isErrorCode } from '@triad/shared/errors/catalogue.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { DeadLetter } from '@triad/shared/messenger/message-store.ts';

/** Dead letters that are looked at, newest first. */
const LOOK_BACK = 200;

/** The error with which a command was given up, if it is among the dead letters. */
export async function deadLetteredCommand(
  deadLetters: (limit: number) => Promise<DeadLetter[]>,
  commandId: string,
): Promise<ErrorReport | undefined> {
  const letters = await deadLetters(LOOK_BACK);
  const letter = letters.find((candidate) => commandIn(candidate) === commandId);
  if (!letter) return undefined;
  const { id, reasonCode: code, reasonMessage: message } = letter;
  const fix = `Repair the cause, then replay it: triad dead-letters replay ${id}`;
  return { code, message, fix, retryable: isErrorCode(code) && catalogue[code].retryable };
}

function commandIn({ id, data }: DeadLetter): string | undefined {
  try {
    const { type, subject } = decodeEvent(id, data);
    return type === eventType.command ? subject : undefined;
  } catch {
    // An unreadable message belongs to no command.
    return undefined;
  }
}
