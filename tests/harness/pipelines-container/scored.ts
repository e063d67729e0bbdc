import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

const score = `
  const fs = require('node:fs');
  const { inputs } = JSON.parse(process.env.TRIAD_JOB);
  const { path } = inputs.find(({ name }) => name === 'orders');
  const rows = fs.readFileSync(process.env.TRIAD_ARTIFACTS + '/' + path, 'utf8').trim().split('\\n');
  const sum = rows.reduce((all, row) => all + Number(row.split(',')[1]), 0);
  fs.writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/scores.csv', rows.reverse().join('\\n'));
  fs.writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/metrics.json', JSON.stringify({ sum }));`;

/** Programs in images of their own. */
export default {
  version: 1,
  name: 'scored',
  description: 'Two container steps in a row, and one whose image has no Triad in it.',
  steps: [
    {
      name: 'orders',
      kind: 'container',
      container: {
        image: 'europe-docker.pkg.dev/shop/models/orders:1',
        command: ['sh', '-c', 'printf "ada,1\\nbob,41\\n" > "$TRIAD_OUTPUT_DIR/orders.csv"'],
      },
    },
    {
      name: 'score',
      kind: 'container',
      after: ['orders'],
      container: {
        image: 'europe-docker.pkg.dev/shop/models/score:1',
        command: ['node', '-e', score],
      },
      resources: { accelerator: { type: 'NVIDIA_L4' } },
      postconditions: [
        { kind: 'output', name: 'scores' },
        { kind: 'metric', metric: 'sum', min: 42, max: 42 },
      ],
    },
    {
      name: 'bare',
      kind: 'container',
      after: ['score'],
      container: { image: 'europe-docker.pkg.dev/shop/models/bare:1', command: ['score'] },
    },
  ],
} satisfies PipelineDefinition;
