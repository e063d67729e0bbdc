import { join } from 'node:path';
import { buildGo } from '../harness/emulators/build-go.ts';
import { installBigQueryEmulator } from '../harness/external/bigquery-emulator.ts';

/*
 * npm run build:emulators   builds what tests need that is written in Go, where that is needed. Tests do so
 * by themselves; a first build can take longer than a test may.
 */

for (const name of ['pstest', 'compose-go']) {
  process.stdout.write(`${await buildGo(join(import.meta.dirname, name))}\n`);
}
process.stdout.write(`${await installBigQueryEmulator()}\n`);
