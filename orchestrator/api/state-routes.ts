import { pruned } from '@triad/shared/contracts/pruned.ts';
import { z } from 'zod';
import { type Route, route } from './route.ts';

/** What can be done to the state as a whole. */
export interface StateUpkeep {
  /** @returns the path of the copy */
  backup(name: string): Promise<string>;
  prune(days: number): Promise<z.output<typeof pruned>>;
  preview(days: number): Promise<z.output<typeof pruned>>;
}

/** A file name and nothing else, so that no copy leaves the folder of backups. */
const backupName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/,
    'expected a file name of letters, digits, - and _, such as 2026-01-31.db',
  )
  .max(100);

export function stateRoutes({ backup, prune, preview }: StateUpkeep): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/state:backup',
      summary: 'Copy the state file into the folder of backups, while the system runs.',
      role: 'admin',
      body: z.strictObject({ name: backupName }),
      status: 201,
      response: z.strictObject({ path: z.string() }),
      handle: async ({ body }) => ({ path: await backup(body.name) }),
    }),
    route({
      method: 'post',
      path: '/v1/state:prune',
      summary: 'Remove finished runs, with their artifacts, and what else is old.',
      role: 'admin',
      body: z.strictObject({
        olderThanDays: z.number().min(1),
        dryRun: z.boolean().default(false).describe('Only tell what would be removed.'),
      }),
      status: 200,
      response: pruned,
      handle: ({ body }) => (body.dryRun ? preview(body.olderThanDays) : prune(body.olderThanDays)),
    }),
  ];
}
