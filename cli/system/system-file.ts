import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homeLayout } from '@triad/shared/config/home.ts';
import { instant } from '@triad/shared/contracts/dates.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { toHomeError } from '@triad/shared/state/state-error.ts';
import { z } from 'zod';

/** What `system.json` says of the system that runs on a home. */
const systemFile = z.object({
  /** The process that supervises the services. */
  pid: z.int().positive(),
  orchestrator: z.url(),
  invoker: z.url(),
  startedAt: instant,
});
export type SystemFile = z.infer<typeof systemFile>;

/** Replaces the file as a whole, so that a reader never sees half of it. */
export async function writeSystemFile(home: string, content: SystemFile): Promise<void> {
  const { system } = homeLayout(home);
  const draft = `${system}.${content.pid}`;
  try {
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`);
    await rename(draft, system);
  } catch (error) {
    throw toHomeError(error, home);
  }
}

/** `undefined` when there is none, or none that can be read. */
export async function readSystemFile(home: string): Promise<SystemFile | undefined> {
  try {
    const text = await readFile(homeLayout(home).system, 'utf8');
    return systemFile.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw toHomeError(error, home);
  }
}

/** Removes the file if it is still that of process `pid`. */
export async function removeSystemFile(home: string, pid: number): Promise<void> {
  const content = await readSystemFile(home);
  if (content?.pid === pid) await rm(homeLayout(home).system, { force: true });
}
