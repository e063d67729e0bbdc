import type { AlarmDetails, AlarmView } from '@triad/shared/contracts/alarm-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

export interface AlarmsOptions {
  all?: boolean;
  pipeline?: string;
  /** Most alarms to list. */
  limit: number;
  json?: boolean;
}

/** `triad alarms`: what is wrong, newest first. */
export const listAlarms: Command<[options: AlarmsOptions]> = (context, options) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const { all, json, ...filter } = options;
    const page = await orchestrator.alarms.list({ ...filter, ...(!all && { state: 'open' }) });
    if (json) out.line(JSON.stringify(page, null, 2));
    else if (page.alarms.length === 0) err.line(all ? 'No alarms.' : 'No open alarms.');
    else out.line(tableOf(page.alarms, out.style));
    if (!json && page.next !== null) err.line('There are more: see --limit.');
    return cliExitCode.ok;
  });

/** `triad alarms show`: an alarm, what to do, and who was told. */
export const showAlarm: Command<[id: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const alarm = await orchestrator.alarms.show(id);
    out.line(json ? JSON.stringify(alarm, null, 2) : textOf(alarm, out.style));
    return cliExitCode.ok;
  });

/** `triad alarms acknowledge`: somebody sees to it. */
export const acknowledgeAlarm: Command<
  [id: string, options: { comment: string; json?: boolean }]
> = (context, id, { comment, json }) =>
  withSystem(context, async ({ orchestrator }) => {
    const by = context.user;
    const alarm = await orchestrator.alarms.acknowledge(id, { by, comment });
    const line = `Alarm ${id} is acknowledged by ${alarm.acknowledged?.by ?? by}.`;
    context.terminal.out.line(json ? JSON.stringify(alarm, null, 2) : line);
    return cliExitCode.ok;
  });

function tableOf(alarms: AlarmView[], style: Style): string {
  const columns = ['alarm', 'pipeline', 'since (UTC)', 'state', 'what'].map((head) => ({ head }));
  const rows = alarms.map((alarm) => [
    alarm.id,
    alarm.pipeline ?? '',
    formatInstant(alarm.since),
    stateText(alarm, style),
    alarm.summary,
  ]);
  return renderTable(columns, rows, style);
}

function stateText({ state, resolution, acknowledged }: AlarmView, style: Style): string {
  if (state === 'resolved') return style.good(resolution ?? state);
  return acknowledged ? style.warning('acknowledged') : style.bad(state);
}

function textOf(alarm: AlarmDetails, style: Style): string {
  const columns = ['notice', 'channel', 'state', 'attempts', 'error'].map((head) => ({ head }));
  const rows = alarm.deliveries.map((delivery) => [
    delivery.type,
    delivery.channel,
    delivery.state,
    String(delivery.attempts),
    delivery.error?.message ?? '',
  ]);
  return [
    `${stateText(alarm, style)}  ${alarm.kind}  since ${formatInstant(alarm.since)} UTC`,
    alarm.summary,
    `${style.strong('To do:')} ${alarm.fix}`,
    ...(rows.length > 0 ? [renderTable(columns, rows, style)] : ['Nobody was told.']),
  ].join('\n');
}
