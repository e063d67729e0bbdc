import type { ParamSpec, Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Sensor } from '@triad/shared/contracts/sensor.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { nodesOnCycle } from '../plan/nodes-on-cycle.ts';

/** What is wrong with the triggers and sensors of one pipeline, seen by itself. */
export function badTrigger(pipeline: Pipeline): string | undefined {
  return badMapping(pipeline) ?? badSensor(pipeline);
}

/**
 * Refuses what only all pipelines together show: a trigger on a pipeline that does not exist, and
 * pipelines that would start each other without end. Errors: `PIPELINE_INVALID`.
 */
export function checkTriggersTogether(pipelines: ReadonlyMap<string, Pipeline>): void {
  for (const { name, triggers } of pipelines.values()) {
    for (const trigger of triggers) {
      if (trigger.on !== 'pipeline' || pipelines.has(trigger.pipeline)) continue;
      const reason = `it is triggered by pipeline ${trigger.pipeline}, which does not exist`;
      throw new TriadError('PIPELINE_INVALID', { pipeline: name, reason });
    }
  }
  const waiting = nodesOnCycle(
    [...pipelines.values()].map(({ name, triggers }) => ({
      name,
      after: triggers.flatMap((trigger) => (trigger.on === 'pipeline' ? [trigger.pipeline] : [])),
    })),
  );
  const [first] = waiting;
  if (first === undefined) return;
  const reason = `pipelines trigger each other without end: ${waiting.join(', ')}`;
  throw new TriadError('PIPELINE_INVALID', { pipeline: first, reason });
}

function badMapping({ name, triggers, params }: Pipeline): string | undefined {
  for (const trigger of triggers) {
    const what = trigger.on === 'event' ? `event ${trigger.type}` : `pipeline ${trigger.pipeline}`;
    if (trigger.on === 'event' && trigger.type.startsWith('dev.triad.run.')) {
      return `the trigger on ${what}: use on: 'pipeline' for the success of a run`;
    }
    const unknown = Object.keys(trigger.params).find((param) => !Object.hasOwn(params, param));
    if (unknown) return `the trigger on ${what} gives ${unknown}, which ${name} does not take`;
    const open = firstOpen(params, Object.keys(trigger.params));
    if (open) return `the trigger on ${what} does not give the required ${open}`;
  }
  return undefined;
}

function badSensor({ name, sensors, params }: Pipeline): string | undefined {
  const names = sensors.map((sensor) => sensor.name);
  const twice = names.find((sensor, index) => names.indexOf(sensor) !== index);
  if (twice) return `two sensors are named ${twice}`;
  for (const sensor of sensors) {
    const { payloadKey } = sensor;
    const spec = Object.hasOwn(params, payloadKey) ? params[payloadKey] : undefined;
    if (!spec) return `sensor ${sensor.name} gives ${payloadKey}, which ${name} does not take`;
    if (!typesOf(sensor).includes(spec.type)) {
      return `sensor ${sensor.name} gives ${payloadKey} as ${typesOf(sensor).join(' or ')}, not ${spec.type}`;
    }
    const open = firstOpen(params, [payloadKey]);
    if (open) return `sensor ${sensor.name} does not give the required ${open}`;
  }
  return undefined;
}

/** The parameter types that the sensor's value fits; of a query or a JSON document, any may come. */
function typesOf({ watch }: Sensor): ParamSpec['type'][] {
  const isOpen = watch.kind === 'sql' || (watch.kind === 'http' && watch.value === 'json_pointer');
  if (isOpen) return ['string', 'integer', 'number', 'boolean', 'date'];
  return watch.value === 'file_size' ? ['integer', 'number'] : ['string'];
}

/** A required parameter that neither `given` nor a default fills. */
function firstOpen(params: Pipeline['params'], given: string[]): string | undefined {
  return Object.entries(params).find(
    ([param, spec]) => spec.required && spec.default === undefined && !given.includes(param),
  )?.[0];
}
