import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { DeadLetter } from '../api/orchestrator-api.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

export interface DeadLettersOptions {
  /** Most messages to list. */
  limit: number;
  /** Only those older than this one. */
  before?: string;
  json?: boolean;
}

/** `triad dead-letters list`: messages that no receiver accepted, newest first. */
export const listDeadLetters: Command<[options: DeadLettersOptions]> = (
  context,
  { limit, before, json },
) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const page = await orchestrator.deadLetters(limit, before);
    const { deadLetters, next } = page;
    if (json) out.line(JSON.stringify(page, null, 2));
    else if (deadLetters.length === 0) err.line('No dead letters: every message was accepted.');
    else out.line(tableOf(deadLetters, out.style));
    if (!json && next !== null) err.line(`There are more: --before ${next} lists them.`);
    return cliExitCode.ok;
  });

/** `triad dead-letters replay`: sends one to its receiver again. */
export const replayDeadLetter: Command<[id: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    await orchestrator.replayDeadLetter(id);
    const line = json ? JSON.stringify({ replayed: id }) : `Message ${id} is sent again.`;
    context.terminal.out.line(line);
    return cliExitCode.ok;
  });

function tableOf(deadLetters: DeadLetter[], style: Style): string {
  const columns = ['message', 'to', 'at (UTC)', 'attempts', 'reason'].map((head) => ({ head }));
  const rows = deadLetters.map((letter) => [
    letter.id,
    letter.subscription,
    formatInstant(letter.at),
    String(letter.attempts),
    `${letter.reasonCode}: ${letter.reasonMessage}`,
  ]);
  return renderTable(columns, rows, style);
}
