import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

/** `triad alarms channels`: where alarms can go. */
export const listChannels: Command<[options: { json?: boolean }]> = (context, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const channels = await orchestrator.alarms.channels();
    const columns = ['channel', 'type'].map((head) => ({ head }));
    const rows = channels.map(({ name, type }) => [name, type]);
    out.line(json ? JSON.stringify({ channels }, null, 2) : renderTable(columns, rows, out.style));
    return cliExitCode.ok;
  });

/** `triad alarms test`: whether a channel takes a notice. */
export const testChannel: Command<[channel: string, options: { json?: boolean }]> = (
  context,
  channel,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    await orchestrator.alarms.testChannel(channel);
    const line = json ? JSON.stringify({ tested: channel }) : `Channel ${channel} took the test.`;
    context.terminal.out.line(line);
    return cliExitCode.ok;
  });
