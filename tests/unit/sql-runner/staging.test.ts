import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { withStaging } from '../../../sql-runner/run/staging.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { freshWarehouse } from '../../harness/sql-runner/fresh-warehouse.ts';

const spec = jobSpecWith({}, { runId: 'run-1', step: 'build-it', attempt: 2 });

async function inWarehouse(work: (warehouse: Warehouse) => Promise<void>) {
  const warehouse = await freshWarehouse();
  try {
    await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

suite('staging', () => {
  test('is there for the work and gone after it', () =>
    inWarehouse(async (warehouse) => {
      await withStaging(warehouse, spec, async (dataset) => {
        assert.deepEqual(await warehouse.datasets('_staging'), [dataset]);
        await warehouse.createTable({ dataset, table: 't' }, { text: 'SELECT 1 AS x', origin: '' });
      });
      assert.deepEqual(await warehouse.datasets('_staging'), []);
    }));

  test('is gone too when the work fails', () =>
    inWarehouse(async (warehouse) => {
      const failing = withStaging(warehouse, spec, async () => {
        throw new Error('on purpose');
      });
      await assert.rejects(failing, /on purpose/);
      assert.deepEqual(await warehouse.datasets('_staging'), []);
    }));

  test('removes what an earlier attempt of the step left, and nothing of another step', () =>
    inWarehouse(async (warehouse) => {
      await warehouse.createDataset('_staging_run_1_build_it_1', 'permanent');
      await warehouse.createDataset('_staging_run_1_other_1', 'permanent');
      await withStaging(warehouse, spec, async () => {
        assert.deepEqual(await warehouse.datasets('_staging'), [
          '_staging_run_1_build_it_2',
          '_staging_run_1_other_1',
        ]);
      });
    }));
});
