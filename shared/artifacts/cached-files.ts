import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../clock/clock.ts';

/**
 * Local copies of what is stored elsewhere, in one folder that many processes may share. A copy
 * never changes: another generation is another file.
 */
export class CachedFiles {
  readonly #directory: string;
  readonly #clock: Clock;

  /** @param directory made when it does not exist */
  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * Where the copy of a generation of `url` is, or would be. It keeps the name of the artifact,
   * since readers tell formats by it.
   */
  fileFor(url: string, generation: string): string {
    const key = createHash('sha256').update(url).digest('hex').slice(0, 32);
    return join(this.#directory, `${key}-${generation}`, url.slice(url.lastIndexOf('/') + 1));
  }

  /** Whether the copy is there and whole. It then counts as used now. */
  async has(file: string, bytes: number): Promise<boolean> {
    const found = await stat(file).catch(() => undefined);
    if (found?.size !== bytes) return false;
    const now = this.#clock.now();
    await utimes(dirname(file), now, now).catch(() => {});
    return true;
  }

  /**
   * Lets `fill` write a file that then gets its place at once, whole; whatever it throws leaves
   * nothing behind.
   *
   * @param fill tells whether it has filled the file
   */
  async add(file: string, fill: (temporary: string) => Promise<boolean>): Promise<boolean> {
    const temporaries = join(this.#directory, '.temporary');
    await mkdir(temporaries, { recursive: true });
    const temporary = join(temporaries, `${process.pid}-${process.hrtime.bigint()}`);
    try {
      if (!(await fill(temporary))) return false;
      await mkdir(dirname(file), { recursive: true });
      await rename(temporary, file);
      return true;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /**
   * Removes copies that were not used since, and what writers that died have left.
   * @returns how many were removed
   */
  async sweep(olderThan: Date): Promise<number> {
    let removed = 0;
    for (const directory of [this.#directory, join(this.#directory, '.temporary')]) {
      for (const name of await readdir(directory).catch(() => [])) {
        if (name === '.temporary') continue;
        const path = join(directory, name);
        const found = await stat(path).catch(() => undefined);
        if (!found || found.mtime >= olderThan) continue;
        await rm(path, { recursive: true, force: true });
        removed += 1;
      }
    }
    return removed;
  }
}

/** Takes bytes into a new file, in order; it is on the disk when it is closed. */
export class FileSink {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(file: string): Promise<FileSink> {
    return new FileSink(await open(file, 'w'));
  }

  async write(chunk: Buffer): Promise<void> {
    await this.#handle.writeFile(chunk);
  }

  async close(): Promise<void> {
    try {
      await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}
