import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { aggregateRules } from '../../../../sql-runner/dialect/aggregates.ts';
import { scalarFunctions } from '../../../../sql-runner/dialect/functions.ts';
import { windowRules } from '../../../../sql-runner/dialect/windows.ts';
import { aggregates, functions } from './cases.ts';

const folder = resolve(import.meta.dirname, '../../../..', 'sql-runner/dialect');

/** The parser's names for functions that have a kind of node of their own. */
const nodeNames: Record<string, string> = { COUNT_IF: 'COUNTIF', N_TILE: 'NTILE' };
const functionNames = (rules: object) =>
  Object.keys(rules)
    .map((type) => type.toUpperCase())
    .map((name) => nodeNames[name] ?? name)
    .sort();

async function documented(list: string): Promise<string[]> {
  const readme = await readFile(resolve(folder, 'README.md'), 'utf8');
  const text = new RegExp(`<!-- ${list} -->(.*?)<!-- end -->`, 's').exec(readme)?.[1] ?? '';
  return text.split(', ');
}

suite('the verified list', () => {
  test('the documented scalar functions are those that are translated', async () => {
    assert.deepEqual(
      await documented('scalar'),
      [...Object.keys(scalarFunctions), 'EXTRACT'].sort(),
    );
  });
  test('the documented aggregates are those that are translated', async () => {
    assert.deepEqual(await documented('aggregate'), functionNames(aggregateRules));
  });
  test('the documented window functions are those that are translated', async () => {
    assert.deepEqual(await documented('window'), functionNames(windowRules));
  });

  test('each scalar function has a test with an expected value', async () => {
    const tested = functions.map(([expression]) => expression);
    for (const name of await documented('scalar')) {
      assert.ok(
        tested.some((expression) => expression.startsWith(`${name}(`)),
        name,
      );
    }
  });
  test('each aggregate has a test with an expected value', async () => {
    const tested = aggregates.map(([expression]) => expression);
    for (const name of await documented('aggregate')) {
      assert.ok(
        tested.some((expression) => expression.startsWith(`${name}(`)),
        name,
      );
    }
  });
  test('each window function has a test with an expected value', async () => {
    const queries = await readFile(resolve(import.meta.dirname, 'queries.test.ts'), 'utf8');
    for (const name of await documented('window')) {
      assert.match(queries, new RegExp(`${name}\\([^)]*\\) OVER`));
    }
  });
});
