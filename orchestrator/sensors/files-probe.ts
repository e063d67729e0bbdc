import { createHash } from 'node:crypto';
import type { FilesWatch } from '@triad/shared/contracts/sensor.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { FileListing, ListedFile } from './file-listing.ts';
import type { Look, Observation, Probe } from './probe.ts';

/** Where files can be, as the schemes of locations. */
export type FileListings = Record<'file:' | 'gs:' | 's3:', FileListing>;

/** More files than this are more than a sensor should list every few seconds. */
const MOST_FILES = 100_000;

/** Looks at files or objects by what their store tells of them; never at their contents. */
export class FilesProbe implements Probe<FilesWatch> {
  readonly #listings: FileListings;

  constructor(listings: FileListings) {
    this.#listings = listings;
  }

  async look({ location, value }: FilesWatch, { signal }: Look): Promise<Observation> {
    const files = await this.#list(location, signal);
    if (files.length === 0) return { value: null, summary: 'no files' };
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const newest = new Date(newestOf(files));
    const count = files.length === 1 ? '1 file' : `${files.length} files`;
    const summary = `${count}, ${bytes} bytes, newest ${newest.toISOString()}`;
    switch (value) {
      case 'files_metadata':
        return { value: hashOf(files), summary };
      case 'file_modified_ts':
        return { value: newest.toISOString(), summary };
      case 'file_size':
        return { value: bytes, summary };
    }
  }

  async #list(location: string, signal: AbortSignal): Promise<ListedFile[]> {
    const url = new URL(location);
    const unreadable = (reason: string, cause?: unknown) =>
      new TriadError('SENSOR_UNREADABLE', { location, reason }, { cause });
    const listing = Object.entries(this.#listings).find(([scheme]) => scheme === url.protocol)?.[1];
    if (!listing) throw unreadable('expected file:, gs: or s3:');
    const files: ListedFile[] = [];
    try {
      for await (const file of listing.list(url, signal)) {
        files.push(file);
        if (files.length > MOST_FILES) break;
      }
    } catch (error) {
      throw unreadable(error instanceof Error ? error.message : String(error), error);
    }
    if (files.length > MOST_FILES) throw unreadable(`it holds more than ${MOST_FILES} files`);
    return files;
  }
}

/** Equal for equal sets of names, sizes, times and versions, whatever the order of the listing. */
function hashOf(files: readonly ListedFile[]): string {
  const lines = files
    .map(({ name, bytes, modifiedAt, version = null }) =>
      JSON.stringify([name, bytes, modifiedAt.toISOString(), version]),
    )
    .sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

const newestOf = (files: readonly ListedFile[]): number =>
  files.reduce((newest, { modifiedAt }) => Math.max(newest, modifiedAt.getTime()), 0);
