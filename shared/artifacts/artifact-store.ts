import type { ArtifactReference } from '../contracts/artifact-reference.ts';

/** What an overwrite is conditional on: that nothing is there, or exactly this generation. */
export type Precondition = { absent: true } | { generation: string };

export interface PutOptions {
  /** Need not outlast a power cut, where a store can save time by that. @default false */
  soon?: boolean;
}

export interface Artifact {
  path: string;
  bytes: number;
  /** Changes with every write of the path. */
  generation: string;
}

/**
 * Files by path, shared by all services: the only state besides messages that they have in common.
 *
 * Paths are relative, made of letters, digits and `. _ - = / :`, without `..`; anything else is
 * `ARTIFACT_PATH_INVALID`. A reader sees a whole file or none, never part of one.
 */
export interface ArtifactStore {
  /** Writes a small body. A precondition that does not hold is `ARTIFACT_CONFLICT`. */
  put(
    path: string,
    body: string | Uint8Array,
    precondition?: Precondition,
    options?: PutOptions,
  ): Promise<Artifact>;
  /** Moves a finished local file in and says what it holds. An existing path is replaced. */
  putFile(path: string, localFile: string): Promise<ArtifactReference>;
  /** The whole body, or `undefined` when there is none. */
  get(path: string): Promise<{ body: Buffer; artifact: Artifact } | undefined>;
  /** A local file with the content, for readers that need one; `ARTIFACT_MISSING` when there is none. */
  localFile(path: string): Promise<string>;
  stat(path: string): Promise<Artifact | undefined>;
  /** Size and SHA-256 computed from the stored bytes; `undefined` when there is none. */
  digest(path: string): Promise<ArtifactReference | undefined>;
  /** All artifacts whose path starts with `prefix`, sorted by path. */
  list(prefix: string): Promise<Artifact[]>;
  /**
   * Removes all artifacts whose path starts with `prefix`, which must not be empty. Only for what
   * nobody writes or reads any more; harmless when there is none.
   */
  deletePrefix(prefix: string): Promise<void>;
  /** Answers, or throws when the store cannot be used. */
  check(): Promise<void>;
}
