import { buildStandIns } from './stand-ins.ts';

/* node docker/check/build-stand-ins.ts: builds ahead what compose.ts starts where there is no network. */
await buildStandIns();
