import type { Condition } from '@triad/shared/contracts/condition.ts';
import type { Params, ParamValue } from '@triad/shared/contracts/json.ts';
import type { RunStatus } from './run-status.ts';

/** Why the condition does not hold, in words; `undefined` when it does. */
export function unmet(condition: Condition, params: Params, status: RunStatus): string | undefined {
  const { is, value } = condition;
  const [what, found] =
    'param' in condition
      ? [`parameter ${condition.param}`, params[condition.param]]
      : [
          `metric ${condition.metric} of ${condition.step}`,
          status.steps.get(condition.step)?.result?.metrics[condition.metric],
        ];
  if (found === undefined) return is === 'ne' ? undefined : `${what} is absent`;
  return compare[is](found, value) ? undefined : `${what} is ${found}, not ${words[is]}${value}`;
}

/** Values of different types are not equal, and neither is less than the other. */
const ordered =
  (holds: (a: ParamValue, b: ParamValue) => boolean) => (a: ParamValue, b: ParamValue) =>
    typeof a === typeof b && holds(a, b);

const compare: Record<Condition['is'], (a: ParamValue, b: ParamValue) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: ordered((a, b) => a < b),
  le: ordered((a, b) => a <= b),
  gt: ordered((a, b) => a > b),
  ge: ordered((a, b) => a >= b),
};

const words: Record<Condition['is'], string> = {
  eq: '',
  ne: 'other than ',
  lt: 'less than ',
  le: 'at most ',
  gt: 'more than ',
  ge: 'at least ',
};
