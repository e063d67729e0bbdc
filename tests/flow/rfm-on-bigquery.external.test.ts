import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { bigQueryEmulator } from '../harness/external/bigquery-emulator.ts';
import { sameRfmAsOnDuckDb } from '../harness/sql-runner/same-rfm.ts';

const nextOptions = await bigQueryEmulator();

sameRfmAsOnDuckDb('the emulator of BigQuery', bigQueryOpener(nextOptions()).open);
