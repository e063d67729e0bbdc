import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { bigQueryEmulator } from '../harness/external/bigquery-emulator.ts';
import { warehouseConformance } from './warehouse.conformance.ts';

const nextOptions = await bigQueryEmulator();

warehouseConformance('bigquery', async () => bigQueryOpener(nextOptions()).open);

test('named parameters, as BigQuery itself gets them, of the types that the emulator understands', async () => {
  const options = nextOptions();
  // A writer makes the dataset.
  await (await bigQueryOpener(options).open({ write: true })).close();
  // It gets literals otherwise: see docs/emulators.md.
  const warehouse = await bigQueryOpener({ ...options, emulator: false }).open({ write: false });
  const parameters = {
    b: { type: 'BOOL', value: true },
    f: { type: 'FLOAT64', value: -0.1 },
    i: { type: 'INT64', value: 9223372036854775807n },
    s: { type: 'STRING', value: 'naïve "@i"\n' },
    nothing: { type: 'STRING', value: null },
  } as const;
  const text = `SELECT @i - 1 AS i, @s AS s, @f AS f, NOT @b AS b, @nothing IS NULL AS n, x
    FROM UNNEST([1, 2, 3]) AS x WHERE x <> @i AND (@b OR @s = '') AND x > @f + 1.5 ORDER BY x`;
  const { columns, rows } = await warehouse.query({ text, origin: 'the test', parameters });
  assert.deepEqual(
    columns.map(({ type }) => type),
    ['INT64', 'STRING', 'FLOAT64', 'BOOL', 'BOOL', 'INT64'],
  );
  const values = [9223372036854775806n, 'naïve "@i"\n', -0.1, false, true];
  assert.deepEqual(rows, [
    [...values, 2n],
    [...values, 3n],
  ]);
  await warehouse.close();
});
