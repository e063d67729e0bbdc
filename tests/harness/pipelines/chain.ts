import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

const name = (description: string) => ({ type: 'string', description }) as const;

/** Three steps one after the other, whose job does as the parameters say. */
export default {
  version: 1,
  name: 'chain',
  description: 'Three scripted steps in a row.',
  params: {
    hold: name('The step that waits for the file `go-<run id>`.'),
    fail: name('The step whose first attempt fails in a way that can be retried.'),
    die: name('The step whose first attempt is killed before its manifest.'),
    exit: name('The step that prints two lines, waits in between if it holds, and exits with 1.'),
    child: { type: 'boolean', description: 'Whether each job starts a process of its own.' },
  },
  steps: ['first', 'second', 'third'].map((step, index, steps) => ({
    name: step,
    kind: 'container' as const,
    job: 'scripted',
    after: steps.slice(Math.max(0, index - 1), index),
    retry: { maxAttempts: 3, initialDelaySeconds: 0.05 },
  })),
} satisfies PipelineDefinition;
