import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** The first attempt gets to the middle of its training, and no further. */
const train = `
  const fs = require('node:fs');
  const { attempt } = JSON.parse(process.env.TRIAD_JOB);
  const write = (name, text) => fs.writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/' + name, text);
  write('model.csv', 'epoch,loss\\n1,0.5\\n');
  console.log('epoch 1 of attempt ' + attempt);
  if (attempt === 1) setInterval(() => {}, 1000);
  else {
    write('model.csv', 'epoch,loss\\n1,0.5\\n2,0.25\\n');
    write('metrics.json', JSON.stringify({ loss: 0.25 }));
  }`;

/** Training on a machine that may be taken away. */
export default {
  version: 1,
  name: 'trained',
  description: 'A model that is trained on a spot machine with a GPU.',
  steps: [
    {
      name: 'train',
      kind: 'container',
      container: {
        image: 'europe-docker.pkg.dev/shop/models/train:1',
        command: ['node', '-e', train],
      },
      resources: { accelerator: { type: 'NVIDIA_L4' }, spot: true },
      postconditions: [
        { kind: 'output', name: 'model' },
        { kind: 'metric', metric: 'loss', max: 0.25 },
      ],
    },
  ],
} satisfies PipelineDefinition;
