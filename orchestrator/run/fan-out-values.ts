import { type FanOut, fanOutLimit } from '@triad/shared/contracts/fan-out.ts';
import type { Params, ParamValue } from '@triad/shared/contracts/json.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { RunStatus } from './run-status.ts';

/** The values that a step fans out over, or `FAN_OUT_INVALID` when there is no such list. */
export function fanOutValues(
  step: string,
  { over }: FanOut,
  params: Params,
  status: RunStatus,
): ParamValue[] | TriadError {
  if ('values' in over) return over.values;
  if ('param' in over) {
    const values = String(params[over.param] ?? '')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '');
    if (values.length <= fanOutLimit) return values;
    const reason = `parameter ${over.param} has ${values.length} values, more than ${fanOutLimit}`;
    return new TriadError('FAN_OUT_INVALID', { step, reason });
  }
  const list = status.steps.get(over.step)?.result?.lists?.[over.list];
  const reason = `step ${over.step} reported no list named ${over.list}`;
  return list ?? new TriadError('FAN_OUT_INVALID', { step, reason });
}
