import { join } from 'node:path';
import { lockHome } from '@triad/shared/state/home-lock.ts';

/** Takes the lock of a home, says so, and keeps it until it is killed. */
const home = process.argv[2] ?? '';
lockHome(home, join(home, 'home.lock'), () => '');
process.send?.('held');
setInterval(() => {}, 60_000);
