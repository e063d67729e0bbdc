import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { sameRfmAsOnDuckDb } from '../../harness/sql-runner/same-rfm.ts';
import { optionsOnFake } from '../../harness/warehouse/bigquery-on-fake.ts';
import { duckDbEngine } from '../../harness/warehouse/duckdb-engine-of-bigquery.ts';
import { FakeBigQuery } from '../../harness/warehouse/fake-bigquery.ts';

const fake = await FakeBigQuery.start(await duckDbEngine());
const { open } = bigQueryOpener(await optionsOnFake(fake));

// The engine is DuckDB on both sides: what is compared is what goes through the adapter.
sameRfmAsOnDuckDb('a server of our own', open);
