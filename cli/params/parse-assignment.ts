import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** Adds `name=value` to what was given before; a name given twice is `USAGE`. */
export function parseAssignment(
  text: string,
  before: Record<string, string> = {},
): Record<string, string> {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new TriadError('USAGE', { reason: `--param ${text}: expected name=value.` });
  }
  if (Object.hasOwn(before, name)) {
    throw new TriadError('USAGE', { reason: `--param ${name} is given twice.` });
  }
  return { ...before, [name]: value };
}
