import type { JobCapabilities } from '@triad/shared/jobs/job-launcher.ts';

/** Of a launcher that can do everything. */
export const everyCapability: JobCapabilities = {
  isolates: true,
  enforcesMemory: true,
  beats: true,
  survivesRestart: true,
  runsImages: true,
  accelerators: true,
};
