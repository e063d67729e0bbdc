import { type FileHandle, open } from 'node:fs/promises';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';

/** Puts a body at `path` of the store in `directory`, and is killed when half of it is written. */
const [directory = '', path = ''] = process.argv.slice(2);

async function openToDie(...args: Parameters<typeof open>): Promise<FileHandle> {
  const handle = await open(...args);
  handle.writeFile = async () => {
    await handle.write('half of the bo');
    process.kill(process.pid, 'SIGKILL');
  };
  return handle;
}

await new DirectoryArtifactStore({ directory, open: openToDie }).put(path, 'half of the body');
