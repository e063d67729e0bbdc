import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue, type ErrorEntry } from '@triad/shared/errors/catalogue.ts';
import { repository, shippedSources } from '../harness/architecture/sources.ts';
import { detailsGiven } from '../harness/architecture/thrown-errors.ts';

const entries = Object.entries<ErrorEntry>(catalogue);
const throwing = shippedSources.filter(({ path }) => path !== 'shared/errors/catalogue.ts');

test('ARCHITECTURE.md lists every error with its retryability', () => {
  const text = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` \| (yes|no) \|/gm)].map(
    ([, code, retry]) => `${code} ${retry}`,
  );
  const known = entries.map(([code, { retryable }]) => `${code} ${retryable ? 'yes' : 'no'}`);
  // To mend: node tests/harness/error-table.ts
  assert.deepEqual(documented.toSorted(), known.toSorted());
});

test('every error of the catalogue is raised somewhere', () => {
  const unused = entries
    .map(([code]) => code)
    .filter((code) => !throwing.some(({ text }) => text.includes(`'${code}'`)));
  assert.deepEqual(unused, []);
});

test('every error says what happened and what to do, in sentences', () => {
  for (const [code, { message, fix, httpStatus }] of entries) {
    assert.match(fix, /^[A-Z{].*[.}]$/, code);
    assert.match(message, /[.}]$/, code);
    assert.ok(httpStatus >= 400 && httpStatus < 600, code);
    assert.doesNotMatch(message + fix, /[|\n]/, `${code} would break the table`);
  }
});

test('wherever an error is raised its texts get the details they speak of', () => {
  const missing = throwing.flatMap(({ path, text }) =>
    detailsGiven(text).flatMap(({ code, details }) => {
      const entry: ErrorEntry | undefined = Object.fromEntries(entries)[code];
      if (!entry) return [`${path}: ${code} is not in the catalogue`];
      const wanted = [...`${entry.message} ${entry.fix}`.matchAll(/\{(\w+)\}/g)].map(
        ([, name = '']) => name,
      );
      return wanted
        .filter((name) => !details.includes(name))
        .map((name) => `${path}: ${code} without ${name}`);
    }),
  );
  assert.deepEqual(missing, []);
});

test('the details that code gives are seen', () => {
  const code = `throw new TriadError('A', { one, two: f(x, { y }), 'three': \`a, b\` }, { cause });
    throw new TriadError('B'); throw new TriadError('C', details); new TriadError('D', { ...all, x });`;
  assert.deepEqual(detailsGiven(code), [
    { code: 'A', details: ['one', 'two', 'three'] },
    { code: 'B', details: [] },
  ]);
});
