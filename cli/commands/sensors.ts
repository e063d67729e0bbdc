import type { LookOutcome, SensorView } from '@triad/shared/contracts/sensor-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

/** `triad sensors list`: what each sensor saw last, how it fares, when it looks next. */
export const listSensors: Command<[options: { json?: boolean }]> = (context, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const sensors = await orchestrator.sensors();
    if (json) out.line(JSON.stringify({ sensors }, null, 2));
    else if (sensors.length === 0) err.line('No pipeline has a sensor.');
    else out.line(tableOf(sensors, out.style));
    return cliExitCode.ok;
  });

export interface CheckSensorOptions {
  forceTrigger?: boolean;
  json?: boolean;
}

/** `triad sensors check`: lets one sensor look now. */
export const checkSensor: Command<
  [pipeline: string, sensor: string, options: CheckSensorOptions]
> = (context, pipeline, sensor, { forceTrigger = false, json }) =>
  withSystem(context, async ({ orchestrator }) => {
    const check = await orchestrator.checkSensor(pipeline, sensor, forceTrigger);
    const text = outcomeText[check.outcome](check.sensor);
    context.terminal.out.line(json ? JSON.stringify(check, null, 2) : text);
    return cliExitCode.ok;
  });

const outcomeText: Record<LookOutcome, (sensor: SensorView) => string> = {
  triggered: ({ summary, runId }) => `New: ${summary}. Run ${runId} was started.`,
  remembered: ({ summary }) => `First look: ${summary}. The next change starts a run.`,
  unchanged: ({ summary }) => `Unchanged: ${summary}. Nothing was started.`,
  superseded: () => 'Another look was faster; see triad sensors.',
  looking: () => 'The look takes a while; its result will show in triad sensors.',
};

function tableOf(sensors: SensorView[], style: Style): string {
  const columns = [
    'pipeline',
    'sensor',
    'state',
    'last seen',
    'changed (UTC)',
    'next look (UTC)',
    'run',
  ];
  const rows = sensors.map((sensor) => [
    sensor.pipeline,
    sensor.name,
    sensor.error ? `${sensor.state}: ${sensor.error.code}` : sensor.state,
    sensor.summary,
    instantText(sensor.changedAt),
    instantText(sensor.nextLookAt),
    sensor.runId ?? '',
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}

const instantText = (instant: string | null): string =>
  instant === null ? '' : formatInstant(instant);
