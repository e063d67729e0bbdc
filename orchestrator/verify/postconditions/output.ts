import type { Judge } from '../evidence.ts';

export const output: Judge<'output'> = ({ name }, { manifest }) => {
  const names = manifest.outputs.map((written) => written.name);
  const ok = names.includes(name);
  return {
    name: `output ${name}`,
    ok,
    expected: 'the output in the manifest',
    actual: ok ? 'written' : namesOf(names),
  };
};

/** What was written instead of what should have been. */
export const namesOf = (names: readonly string[]): string =>
  names.length > 0 ? `only ${names.join(', ')}` : 'no outputs';
