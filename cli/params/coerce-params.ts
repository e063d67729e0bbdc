import { isoDate } from '@triad/shared/contracts/dates.ts';
import type { Params, ParamValue } from '@triad/shared/contracts/json.ts';
import type { ParamSpec, Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/**
 * The parameters that a command line gives, in the types that the pipeline declares. A parameter
 * it does not have, and a value that does not fit, is `USAGE` and says what was expected.
 */
export function coerceParams(pipeline: Pipeline, given: Record<string, string>): Params {
  const coerced = Object.entries(given).map(([name, text]) => {
    const spec = Object.hasOwn(pipeline.params, name) ? pipeline.params[name] : undefined;
    if (!spec) throw unknownParameter(pipeline, name);
    const value = coerce(text, spec);
    if (value === undefined) {
      const reason = `Parameter ${name} is ${text}; expected ${expectationOf(spec)}.`;
      throw new TriadError('USAGE', { reason });
    }
    return [name, value] as const;
  });
  return Object.fromEntries(coerced);
}

/** `undefined` when the text does not fit. */
function coerce(text: string, spec: ParamSpec): ParamValue | undefined {
  switch (spec.type) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'date':
      return isoDate.safeParse(text).success ? text : undefined;
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? within(Number(text), spec, Number.isSafeInteger) : undefined;
    case 'number':
      return text.trim() === '' ? undefined : within(Number(text), spec, Number.isFinite);
  }
}

function within(
  value: number,
  { minimum = -Infinity, maximum = Infinity }: ParamSpec,
  isOfType: (value: number) => boolean,
): number | undefined {
  return isOfType(value) && value >= minimum && value <= maximum ? value : undefined;
}

const nounOf: Record<ParamSpec['type'], string> = {
  string: 'a text',
  boolean: 'true or false',
  date: 'a calendar date as YYYY-MM-DD',
  integer: 'a whole number',
  number: 'a number',
};

/** For people: `a whole number of at least 1`. */
export function expectationOf({ type, minimum, maximum }: ParamSpec): string {
  const noun = nounOf[type];
  if (minimum !== undefined && maximum !== undefined)
    return `${noun} from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${noun} of at least ${minimum}`;
  if (maximum !== undefined) return `${noun} of at most ${maximum}`;
  return noun;
}

function unknownParameter({ name: pipeline, params }: Pipeline, name: string): TriadError {
  const known = Object.keys(params).join(', ') || 'none';
  const reason = `Pipeline ${pipeline} has no parameter ${name}; it has: ${known}.`;
  return new TriadError('USAGE', { reason });
}
