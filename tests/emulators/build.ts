import { join } from 'node:path';
import { buildGo } from '../harness/emulators/build-go.ts';

/*
 * node tests/emulators/build.ts   builds the programs that stand here, where that is needed. Tests do
 * so by themselves; a first build on a slow machine can take longer than a test may.
 */

for (const name of ['pstest', 'compose-go']) {
  process.stdout.write(`${await buildGo(join(import.meta.dirname, name))}\n`);
}
