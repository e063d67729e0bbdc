import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { EventReceipt, EventView } from '@triad/shared/contracts/event-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

export interface EventsOptions {
  /** Most events to list. */
  limit: number;
  json?: boolean;
}

/** `triad events list`: what was received and what it started, newest first. */
export const listEvents: Command<[options: EventsOptions]> = (context, { limit, json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const events = await orchestrator.events(limit);
    if (json) out.line(JSON.stringify({ events }, null, 2));
    else if (events.length === 0) err.line('No events yet.');
    else out.line(tableOf(events, out.style));
    return cliExitCode.ok;
  });

/** `triad events send`: sends the event in a file. Fails when a pipeline could not take it. */
export const sendEvent: Command<[file: string, options: { json?: boolean }]> = (
  context,
  file,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const receipt = await orchestrator.sendEvent(await readEvent(context.callerDirectory, file));
    context.terminal.out.line(json ? JSON.stringify(receipt, null, 2) : describe(receipt));
    const isTaken = receipt.effects.every(({ error }) => error === null);
    return isTaken ? cliExitCode.ok : cliExitCode.failed;
  });

async function readEvent(directory: string, file: string): Promise<unknown> {
  const path = resolve(directory, file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw new TriadError('FILE_MISSING', { path });
    throw new TriadError('FILE_INVALID', { path, format: 'text', reason: String(error) });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('FILE_INVALID', { path, format: 'JSON', reason }, { cause: error });
  }
}

function describe({ duplicate, eventId, processedAt, effects }: EventReceipt): string {
  const state = duplicate ? 'was received before; nothing was started' : 'was received';
  const lines = effects.map(({ pipeline, runId, error }) =>
    error ? `  ${pipeline}: ${error.code}: ${error.message}` : `  ${pipeline}: run ${runId}`,
  );
  if (processedAt === null) lines.push('  It will be processed soon.');
  else if (effects.length === 0) lines.push('  No pipeline waits for it.');
  return [`Event ${eventId} ${state}.`, ...lines].join('\n');
}

function tableOf(events: EventView[], style: Style): string {
  const columns = ['event', 'type', 'source', 'received (UTC)', 'started'];
  const rows = events.map((event) => [
    event.eventId,
    event.type,
    event.source,
    formatInstant(event.receivedAt),
    event.processedAt === null ? 'waiting' : event.effects.map(effectText).join(', '),
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}

const effectText = ({ pipeline, runId, error }: EventView['effects'][number]): string =>
  `${pipeline}: ${error ? error.code : runId}`;
