import type { ManifestCheck } from '@triad/shared/contracts/manifest.ts';
import type { Judge } from '../evidence.ts';

export const checks: Judge<'checks'> = ({ min, names }, { manifest }) => {
  const found = (manifest.checks ?? []).filter(({ name }) => !names || names.includes(name));
  const missing = (names ?? []).filter((name) => !found.some((check) => check.name === name));
  const wrong = found.filter(({ result }) => result !== 'passed');
  const expected = names ? 'passed' : `at least ${min}, all passed`;
  return {
    name: names ? `checks ${names.join(', ')}` : 'checks',
    ok: wrong.length === 0 && missing.length === 0 && found.length >= min,
    expected,
    actual: [
      `${found.length - wrong.length} of ${found.length + missing.length} passed`,
      ...wrong.map(inWords),
      ...missing.map((name) => `${name} did not run`),
    ].join('; '),
  };
};

function inWords({ name, result, failingRows, sample }: ManifestCheck): string {
  if (failingRows === undefined) return `${name} ${result}`;
  return `${name} ${result} with ${failingRows} rows${sample ? `, such as ${sample}` : ''}`;
}
