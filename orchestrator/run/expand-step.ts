import type { ParamValue } from '@triad/shared/contracts/json.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import { freshStep, type StepStatus } from './step-status.ts';

/**
 * The steps with `name` replaced by one instance for each value, named `<name>-1` and so on, in
 * its place. What came after it comes after all of them.
 */
export function expandStep(
  steps: ReadonlyMap<string, StepStatus>,
  name: string,
  values: readonly ParamValue[],
): Map<string, StepStatus> {
  const expanded = new Map<string, StepStatus>();
  const names = values.map((_value, index) => `${name}-${index + 1}`);
  for (const [other, step] of steps) {
    if (other === name) {
      values.forEach((value, index) => {
        const instance = instanceOf(step.definition, names[index] ?? '', value);
        expanded.set(instance.name, freshStep(instance));
      });
    } else if (!step.definition.after.includes(name)) {
      expanded.set(other, step);
    } else {
      const { definition } = step;
      const after = definition.after.flatMap((before) => (before === name ? names : [before]));
      expanded.set(other, { ...step, definition: { ...definition, after } });
    }
  }
  return expanded;
}

function instanceOf(
  { forEach, ...rest }: PipelineStep,
  name: string,
  value: ParamValue,
): PipelineStep {
  return { ...rest, name, with: { ...rest.with, ...(forEach && { [forEach.as]: value }) } };
}
