import { readProcessTable } from '@triad/shared/jobs/process-table.ts';

/** Whether a process of this pid runs; one that ended and that nobody waited for does not. */
export const lives = (pid: number): boolean => readProcessTable().has(pid);
