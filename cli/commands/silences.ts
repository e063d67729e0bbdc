import type { AlarmKind, SilenceView } from '@triad/shared/contracts/alarm-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

export interface SilenceOptions {
  /** How long, in milliseconds. */
  for: number;
  reason: string;
  kind?: AlarmKind;
  json?: boolean;
}

/** `triad silence`: keeps notices of a pipeline from people for a while. */
export const silence: Command<[pipeline: string, options: SilenceOptions]> = (
  context,
  pipeline,
  { for: spanMs, reason, kind, json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const until = new Date(context.clock.now().getTime() + spanMs).toISOString();
    const by = context.user;
    const added = await orchestrator.alarms.addSilence({
      pipeline,
      until,
      by,
      reason,
      ...(kind && { kind }),
    });
    const line = `Pipeline ${pipeline} is silenced until ${formatInstant(added.until)} UTC; triad silences end ${added.id} ends it.`;
    context.terminal.out.line(json ? JSON.stringify(added, null, 2) : line);
    return cliExitCode.ok;
  });

/** `triad silences`: what is kept from people now. */
export const listSilences: Command<[options: { json?: boolean }]> = (context, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const silences = await orchestrator.alarms.silences();
    if (json) out.line(JSON.stringify({ silences }, null, 2));
    else if (silences.length === 0) err.line('Nothing is silenced.');
    else out.line(tableOf(silences, out.style));
    return cliExitCode.ok;
  });

/** `triad silences end`: what is still wrong is told. */
export const endSilence: Command<[id: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const ended = await orchestrator.alarms.endSilence(id);
    const line = `Silence ${id} has ended.`;
    context.terminal.out.line(json ? JSON.stringify(ended, null, 2) : line);
    return cliExitCode.ok;
  });

function tableOf(silences: SilenceView[], style: Style): string {
  const columns = ['silence', 'pipeline', 'kind', 'until (UTC)', 'by', 'reason'];
  const rows = silences.map(({ id, pipeline, kind, until, by, reason }) => [
    id,
    pipeline ?? 'all',
    kind ?? 'all',
    formatInstant(until),
    by,
    reason,
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}
