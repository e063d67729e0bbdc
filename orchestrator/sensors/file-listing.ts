/** A file or object, as its store describes it. */
export interface ListedFile {
  /** Its path below the location; the base name where the location is the file itself. */
  name: string;
  bytes: number;
  modifiedAt: Date;
  /** Differs for each content, where the store tells: its times may be whole seconds. */
  version?: string;
}

/** Lists the files of one kind of store. */
export interface FileListing {
  /**
   * The file at `location`, or the files below it, in any order; none where nothing is there.
   * A location that cannot be listed is an error.
   */
  list(location: URL, signal: AbortSignal): AsyncIterable<ListedFile>;
}

/** `gs://bucket/a/b` → bucket `bucket`, path `a/b`. */
export const bucketAndPath = (location: URL): { bucket: string; path: string } => ({
  bucket: location.hostname,
  path: decodeURIComponent(location.pathname.slice(1)),
});

/**
 * The name of an object below a path, as if `/` made directories: `a` holds `a` itself and `a/b`,
 * but not `ab`. `undefined` for what is not below, and for the empty objects that stand for folders.
 */
export function nameBelow(path: string, key: string): string | undefined {
  if (key.endsWith('/')) return undefined;
  if (path === '') return key;
  if (key === path) return key.slice(key.lastIndexOf('/') + 1);
  const folder = path.endsWith('/') ? path : `${path}/`;
  return key.startsWith(folder) ? key.slice(folder.length) : undefined;
}
