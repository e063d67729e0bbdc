import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Due so seldom that no test sees it fire; its sensor has one look at this file. */
export default {
  version: 1,
  name: 'yearly',
  description: 'One step at the end of the year.',
  schedule: { cron: '0 0 31 12 *' },
  sensors: [
    {
      name: 'definition',
      everySeconds: 86_400,
      payloadKey: 'seen',
      watch: { kind: 'files', location: import.meta.url, value: 'file_size' },
    },
  ],
  params: {
    seen: { type: 'integer', description: 'The size of this file in bytes.' },
  },
  steps: [{ name: 'only', kind: 'container', job: 'gated' }],
} satisfies PipelineDefinition;
