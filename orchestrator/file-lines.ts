import { open } from 'node:fs/promises';

/**
 * The lines of a text file. It is opened when the first is asked for: a reader that was started
 * earlier would be through, and wait for ever, when somebody begins to listen late.
 */
export async function* fileLines(path: string): AsyncGenerator<string> {
  const handle = await open(path);
  yield* handle.readLines();
}
