import type { ParamSpec, Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { expectationOf } from '../params/coerce-params.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem } from '../system/system-session.ts';

/** `triad pipelines`: what can be run, and with which parameters. */
export const pipelines: Command<[options: { json?: boolean }]> = (context, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const found = await orchestrator.pipelines();
    if (json) out.line(JSON.stringify({ pipelines: found }, null, 2));
    else out.line(found.map((pipeline) => describe(pipeline, out.style)).join('\n\n'));
    return cliExitCode.ok;
  });

function describe(pipeline: Pipeline, style: Style): string {
  const { name, description, steps, params } = pipeline;
  const rows = Object.entries(params).map(([param, spec]) => [
    `  ${param}`,
    expectationOf(spec),
    defaultOf(spec),
    spec.description,
  ]);
  const columns = ['  parameter', 'value', 'default', 'meaning'].map((head) => ({ head }));
  return [
    `${style.strong(name)}  ${description}`,
    `  runs    ${startsOf(pipeline).join(', ') || 'only when asked to'}`,
    `  steps   ${steps.map((step) => step.name).join(' → ')}`,
    ...(rows.length === 0 ? [] : [renderTable(columns, rows, style)]),
  ].join('\n');
}

const startsOf = ({ schedule, triggers, sensors }: Pipeline): string[] => [
  ...(schedule ? [`${schedule.cron} (${schedule.timezone})`] : []),
  ...triggers.map((trigger) =>
    trigger.on === 'event' ? `on event ${trigger.type}` : `after ${trigger.pipeline}`,
  ),
  ...sensors.map((sensor) => `when sensor ${sensor.name} sees a change`),
];

const defaultOf = ({ default: value, required }: ParamSpec): string =>
  value === undefined ? (required ? 'required' : '') : String(value);
