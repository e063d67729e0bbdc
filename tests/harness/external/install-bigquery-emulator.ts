import { installBigQueryEmulator } from './bigquery-emulator.ts';

/*
 * node tests/harness/external/install-bigquery-emulator.ts
 * Builds the emulator of BigQuery once, ahead of the tests that need it.
 */
process.stdout.write(`${await installBigQueryEmulator()}\n`);
