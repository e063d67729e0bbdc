import type { Job } from '@triad/shared/jobs/job.ts';

/** Does nothing, so that what is measured is what happens around it. */
export default { name: 'noop', handlers: { container: async () => ({}) } } satisfies Job;
