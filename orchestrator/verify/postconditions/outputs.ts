import type { Judge } from '../evidence.ts';
import { namesOf } from './output.ts';

export const outputs: Judge<'outputs'> = ({ names }, { manifest }) => {
  const written = manifest.outputs.map(({ name }) => name);
  const ok = names.every((name) => written.includes(name));
  return {
    name: 'outputs',
    ok,
    expected: names.join(', '),
    actual: ok ? 'all written' : namesOf(written),
  };
};
