import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fitMaster, fitSample } from './fits.ts';
import { type Measurement, measure } from './measure.ts';
import { pipeline } from './pipeline.ts';
import { renderMeasurements } from './render.ts';
import { boot, dispatch, memory } from './services.ts';

/*
 * Usage: npm run bench [-- --json] [-- --rounds N] [-- --only word]
 * A table for people, or with --json a list of measurements. No figure is ever a pass or a fail.
 */

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});

const measurements: Measurement[] = [];
for (const benchmark of [pipeline, boot, dispatch, fitSample, fitMaster, memory]) {
  if (!benchmark.name.toLowerCase().includes(values.only.toLowerCase())) continue;
  if (benchmark.needs && !existsSync(benchmark.needs)) {
    process.stderr.write(`not measured: ${benchmark.name} needs ${benchmark.needs}\n`);
    continue;
  }
  process.stderr.write(`measuring: ${benchmark.name}\n`);
  measurements.push(await measure(benchmark, Number(values.rounds)));
}
console.log(values.json ? JSON.stringify(measurements, null, 2) : renderMeasurements(measurements));
