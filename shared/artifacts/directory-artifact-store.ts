import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactReference } from '../contracts/artifact-reference.ts';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import { checkArtifactPath, confinePath, invalid } from './artifact-path.ts';
import type { Artifact, ArtifactStore, Precondition, PutOptions } from './artifact-store.ts';
import { commitGeneration } from './commit-generation.ts';
import { digestFile } from './digest-file.ts';
import { makeDirectoryDurably, move, syncToDisk } from './durable-file.ts';
import { currentGeneration, generationFile, namesIn } from './generations.ts';

export interface DirectoryArtifactStoreOptions {
  /** Made when it does not exist. */
  directory: string;
  /** Opens the files that bodies are written to; tests give one that fails. */
  open?: typeof fs.open;
}

/** Artifacts as plain files: the artifact `a/b` is the file `<directory>/a/b`. */
export class DirectoryArtifactStore implements ArtifactStore {
  readonly #directory: string;
  readonly #open: typeof fs.open;
  #root: Promise<string> | undefined;

  constructor(options: DirectoryArtifactStoreOptions) {
    this.#directory = options.directory;
    this.#open = options.open ?? fs.open;
  }

  put(
    path: string,
    body: string | Uint8Array,
    precondition?: Precondition,
    { soon = false }: PutOptions = {},
  ): Promise<Artifact> {
    return this.#writing(path, async (file, temporary) => {
      const handle = await this.#open(temporary, 'wx');
      try {
        await handle.writeFile(body);
        if (!soon) await handle.sync();
      } finally {
        await handle.close();
      }
      const commit = { path, temporary, file, precondition, soon };
      const generation = await commitGeneration(commit);
      return { path, bytes: Buffer.byteLength(body), generation };
    });
  }

  putFile(path: string, localFile: string): Promise<ArtifactReference> {
    return this.#writing(path, async (file, temporary) => {
      if (!(await fs.lstat(localFile)).isFile())
        throw invalid(path, `${localFile} is no plain file`);
      // In a folder made now: the file itself may be so old that it would be swept.
      mkdirSync(temporary);
      const body = join(temporary, 'body');
      await move(localFile, body);
      await syncToDisk(body);
      const digest = await digestFile(body);
      await commitGeneration({ path, temporary: body, file, precondition: undefined, soon: false });
      return { path, ...digest };
    });
  }

  async get(path: string): Promise<{ body: Buffer; artifact: Artifact } | undefined> {
    const found = await this.#read(path, (file) => fs.readFile(file));
    if (!found) return undefined;
    const { value: body, generation } = found;
    return { body, artifact: { path, bytes: body.length, generation } };
  }

  async localFile(path: string): Promise<string> {
    const found = await this.#read(path, async (file) => file);
    if (!found) throw new TriadError('ARTIFACT_MISSING', { path });
    return found.value;
  }

  async stat(path: string): Promise<Artifact | undefined> {
    const found = await this.#read(path, (file) => fs.stat(file));
    return found && { path, bytes: found.value.size, generation: found.generation };
  }

  async digest(path: string): Promise<ArtifactReference | undefined> {
    const found = await this.#read(path, digestFile);
    return found && { path, ...found.value };
  }

  async list(prefix: string): Promise<Artifact[]> {
    if (prefix !== '') checkArtifactPath(prefix.replace(/\/$/, ''));
    const paths: string[] = [];
    const visit = async (folder: string): Promise<void> => {
      for (const entry of await fs.readdir(join(await this.#ready(), folder), {
        withFileTypes: true,
      })) {
        const path = folder + entry.name;
        if (entry.name.startsWith('.')) continue;
        if (entry.isFile() && path.startsWith(prefix)) paths.push(path);
        const below = `${path}/`;
        const onTheWay = below.startsWith(prefix) || prefix.startsWith(below);
        if (entry.isDirectory() && onTheWay) await visit(below);
      }
    };
    await visit('');
    const found = await Promise.all(paths.sort().map((path) => this.stat(path)));
    return found.filter((artifact) => artifact !== undefined);
  }

  async deletePrefix(prefix: string): Promise<void> {
    checkArtifactPath(prefix.replace(/\/$/, ''));
    const end = prefix.lastIndexOf('/');
    const folder = prefix.slice(0, Math.max(0, end));
    const root = await this.#ready();
    const directory = folder === '' ? root : confinePath(root, folder);
    const start = prefix.slice(end + 1);
    if (start === '') return fs.rm(directory, { recursive: true, force: true });
    for (const name of namesIn(directory)) {
      // The generations of an artifact are beside it, under its name with a dot.
      const isGenerations = name.startsWith(`.${start}`) && name.endsWith('.generations');
      if (!name.startsWith(start) && !isGenerations) continue;
      await fs.rm(join(directory, name), { recursive: true, force: true });
    }
  }

  async check(): Promise<void> {
    rmdirSync(mkdtempSync(join(await this.#ready(), '.temporary', 'check-')));
  }

  /**
   * Removes what writers that died have left, once it is `olderThan`: no write takes that long.
   */
  async sweep(olderThan: Date): Promise<void> {
    const directory = join(await this.#ready(), '.temporary');
    for (const name of await fs.readdir(directory)) {
      const path = join(directory, name);
      const found = await fs.stat(path).catch(() => undefined);
      if (found && found.mtime < olderThan) await fs.rm(path, { recursive: true, force: true });
    }
  }

  /**
   * Hands `write` the file of the artifact and a free name in the same file system, whatever is made
   * there is gone afterwards.
   */
  async #writing<T>(
    path: string,
    write: (file: string, temporary: string) => Promise<T>,
  ): Promise<T> {
    const file = confinePath(await this.#ready(), path);
    try {
      const temporary = await this.#temporaryName();
      try {
        return await write(file, temporary);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    } catch (error) {
      if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
        throw new TriadError('DISK_FULL', { path }, { cause: error });
      }
      if (isSystemError(error, 'ENOTDIR', 'EEXIST')) {
        throw invalid(path, 'a folder and a file of the store would have the same name');
      }
      throw error;
    }
  }

  /**
   * What `read` gives for the current generation. The first generation is read by the name that
   * an overwrite replaces, so it counts only when it is still current afterwards.
   */
  async #read<T>(
    path: string,
    read: (file: string) => Promise<T>,
  ): Promise<{ value: T; generation: string } | undefined> {
    const file = confinePath(await this.#ready(), path);
    for (;;) {
      const generation = currentGeneration(file);
      if (generation === 0) return undefined;
      const value = await read(generationFile(file, generation));
      if (generation > 1 || currentGeneration(file) === 1) {
        return { value, generation: String(generation) };
      }
    }
  }

  /** By process and nanosecond; a name that another container has all the same is refused. */
  async #temporaryName(): Promise<string> {
    const name = `put-${process.pid}-${process.hrtime.bigint()}`;
    return join(await this.#ready(), '.temporary', name);
  }

  /** The real path of the root, made on first use; a failure is not kept. */
  #ready(): Promise<string> {
    this.#root ??= prepare(this.#directory).catch((error) => {
      this.#root = undefined;
      throw error;
    });
    return this.#root;
  }
}

async function prepare(directory: string): Promise<string> {
  await makeDirectoryDurably(join(directory, '.temporary'));
  return fs.realpath(directory);
}
