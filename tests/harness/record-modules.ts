import { openSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/*
 * Loaded before a program by `--import`: writes down each module that it loads, at once, since the
 * process may be killed.
 */

const directory = process.env.TRIAD_TEST_MODULES;
if (directory === undefined) throw new Error('TRIAD_TEST_MODULES says where to write');
const file = openSync(join(directory, `${process.pid}-${threadId}.txt`), 'a');
writeSync(file, `${process.argv[1] ?? ''}\n`);
registerHooks({
  load(url, context, nextLoad) {
    writeSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
