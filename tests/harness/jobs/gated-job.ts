import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from '@triad/shared/jobs/job.ts';

/**
 * A job for flow tests, done in the invoker's own process. With the directory `gate` it waits there
 * for the file `go-<run id>`; its metric is the run's parameter `size`.
 */
export default {
  name: 'gated',
  handlers: {
    container: async ({ spec: { runId, params }, signal }) => {
      const { gate, size } = params;
      if (typeof gate === 'string') {
        while (!existsSync(join(gate, `go-${runId}`))) await pause(10, undefined, { signal });
      }
      return { metrics: typeof size === 'number' ? { size } : {} };
    },
  },
} satisfies Job;
