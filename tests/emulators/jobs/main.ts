import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { JobsEmulator } from './jobs-emulator.ts';

/*
 * node tests/emulators/jobs/main.ts --images images.json [--port 8093] [--host 0.0.0.0]
 *
 * `images.json` maps the name of each image to the command line that stands for it, or to
 * `{"files": {…}}`, where paths of the image are on this machine; the programs get this process's
 * environment.
 */

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    port: { type: 'string', default: '8093' },
    host: { type: 'string', default: '127.0.0.1' },
  },
});
if (values.images === undefined) throw new Error('--images is missing');
const emulator = await JobsEmulator.start({
  host: values.host,
  port: Number(values.port),
  images: JSON.parse(readFileSync(values.images, 'utf8')),
  environment: process.env,
});
const { host, port } = emulator.endpoint;
process.stdout.write(`Vertex AI and Cloud Run jobs at ${host}:${port}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void emulator.stop().then(() => process.exit(0)));
}
