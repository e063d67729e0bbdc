import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { freshWarehouse } from '../../../harness/sql-runner/fresh-warehouse.ts';
import {
  aggregated,
  aggregates,
  type Case,
  casts,
  functions,
  literals,
  operators,
} from './cases.ts';

suite('what GoogleSQL gives, DuckDB gives after translation', () => {
  let warehouse: Warehouse;
  before(async () => {
    warehouse = await freshWarehouse();
  });
  after(() => warehouse.close());

  const evaluate = async (text: string) => {
    const { columns, rows } = await warehouse.query({ text, origin: 'the test' });
    return { type: columns[0]?.type, value: rows[0]?.[0] };
  };

  const groups: [string, readonly Case[], string][] = [
    ['literal', literals, ''],
    ['operator', operators, ''],
    ['cast', casts, ''],
    ['function', functions, ''],
    ['aggregate', aggregates, ` FROM ${aggregated}`],
  ];
  for (const [kind, cases, from] of groups) {
    for (const [expression, type, value] of cases) {
      test(`${kind} ${expression} is ${value} of type ${type}`, async () => {
        assert.deepEqual(await evaluate(`SELECT ${expression} AS x${from}`), { type, value });
      });
    }
  }
});
