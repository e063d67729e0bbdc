import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lockHome } from '@triad/shared/state/home-lock.ts';

/** Takes the lock of a home, collects garbage, says so, and keeps the lock until it is killed. */
const home = process.argv[2] ?? '';
lockHome(home, join(home, 'home.lock'), () => '');
setFlagsFromString('--expose-gc');
runInNewContext('gc')();
setImmediate(() => process.send?.('held'));
setInterval(() => {}, 60_000);
