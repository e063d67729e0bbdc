import { link, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { digestFile } from '../../artifacts/digest-file.ts';
import {
  attemptPrefix,
  type CommandKey,
  errorPath,
  manifestPath,
} from '../../contracts/attempt.ts';
import type { StepInput } from '../../contracts/command.ts';
import { TriadError } from '../../errors/triad-error.ts';

/**
 * The part of a store elsewhere that the program of one attempt works with, as a directory of this
 * machine with the same paths.
 */
export class ArtifactMirror {
  readonly #artifacts: ArtifactStore;
  readonly #directory: string;

  constructor(artifacts: ArtifactStore, directory: string) {
    this.#artifacts = artifacts;
    this.#directory = directory;
  }

  /**
   * Puts the inputs where the program looks for them. One that is gone is `ARTIFACT_MISSING`, one
   * that is not what the earlier step wrote is `MANIFEST_MISMATCH`.
   */
  async bring(inputs: readonly StepInput[]): Promise<void> {
    const files = new Map(inputs.map((input) => [input.path, input]));
    for (const { path, sha256: expected } of files.values()) {
      const copy = await this.#artifacts.localFile(path);
      const { sha256: actual } = await digestFile(copy);
      if (actual !== expected)
        throw new TriadError('MANIFEST_MISMATCH', { path, expected, actual });
      const file = join(this.#directory, path);
      await mkdir(dirname(file), { recursive: true });
      // A second copy would take memory where the disk is made of it.
      await link(copy, file);
    }
  }

  /**
   * Stores what the program itself left in the folder of its attempt, its manifest last, and says
   * whether it left one, or an error report.
   */
  async give(key: CommandKey): Promise<boolean> {
    const folder = join(this.#directory, attemptPrefix(key));
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(this.#directory, join(parentPath, name)))
      .sort();
    const last = [errorPath(key), manifestPath(key)];
    for (const path of paths.filter((one) => !last.includes(one))) {
      await this.#artifacts.putFile(path, join(this.#directory, path));
    }
    const said = last.filter((path) => paths.includes(path));
    for (const path of said) {
      await this.#artifacts.put(path, await readFile(join(this.#directory, path)));
    }
    return said.length > 0;
  }
}
