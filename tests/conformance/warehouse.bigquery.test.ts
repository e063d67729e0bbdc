import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { optionsOnFake } from '../harness/warehouse/bigquery-on-fake.ts';
import { duckDbEngine } from '../harness/warehouse/duckdb-engine-of-bigquery.ts';
import { FakeBigQuery } from '../harness/warehouse/fake-bigquery.ts';
import { warehouseConformance } from './warehouse.conformance.ts';

// The emulator has a run of its own, among the external tests.
warehouseConformance('bigquery, before a server of our own', async () => {
  const fake = await FakeBigQuery.start(await duckDbEngine());
  return bigQueryOpener(await optionsOnFake(fake)).open;
});
