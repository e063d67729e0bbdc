import * as fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandId } from '../contracts/names.ts';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import { type JobFolder, jobFolder } from './job-folder.ts';
import type { JobRecord } from './job-record.ts';

/**
 * The records of all jobs: a folder per job, and in `.running` a second name of each record whose
 * job has not ended, so that a new launcher need not read all that ever were.
 *
 * A record is a file of JSON lines, of which the last counts: lines are only added, since file
 * systems slow down where files come and go. Writing is synchronous: a record then never falls back
 * behind what was decided later. It need not outlast a power cut, which ends the job as well: what
 * that did is in its manifest.
 */
export class JobRecords {
  readonly directory: string;
  readonly #running: string;

  constructor(directory: string) {
    this.directory = directory;
    this.#running = join(directory, '.running');
    fs.mkdirSync(this.#running, { recursive: true });
  }

  folder(id: string): JobFolder {
    return jobFolder(this.directory, id);
  }

  /** Stores a first record, unless there is one for this command: false. */
  create(record: JobRecord): boolean {
    const folder = this.folder(record.spec.id);
    return this.#diskFullIs(folder, () => {
      fs.mkdirSync(folder.path, { recursive: true });
      const draft = `${folder.record}.${process.pid}`;
      try {
        fs.writeFileSync(draft, lineOf(record));
        if (!record.end) this.#nameAsRunning(draft, record.spec.id);
        fs.linkSync(draft, folder.record);
        return true;
      } catch (error) {
        if (isSystemError(error, 'EEXIST')) return false;
        throw error;
      } finally {
        fs.rmSync(draft, { force: true });
      }
    });
  }

  /** A name that a launcher left which died before it made the record is of no job. */
  #nameAsRunning(draft: string, id: string): void {
    const name = join(this.#running, id);
    if (!this.exists(id)) fs.rmSync(name, { force: true });
    fs.linkSync(draft, name);
  }

  update(record: JobRecord): void {
    const folder = this.folder(record.spec.id);
    this.#diskFullIs(folder, () => {
      fs.appendFileSync(folder.record, lineOf(record));
      if (record.end) this.forgetRunning(record.spec.id);
    });
  }

  exists(id: string): boolean {
    return fs.existsSync(this.folder(id).record);
  }

  /** Takes back a job that did not start at all. */
  discard(id: string): void {
    fs.rmSync(this.folder(id).path, { recursive: true, force: true });
    this.forgetRunning(id);
  }

  /** `undefined` also for what is no command id at all. */
  async read(id: string): Promise<JobRecord | undefined> {
    if (!commandId.safeParse(id).success || !this.exists(id)) return undefined;
    try {
      return parseRecord(await readFile(this.folder(id).record, 'utf8'));
    } catch (error) {
      // A record that a power cut damaged tells nothing: its job counts as one that never started.
      if (error instanceof SyntaxError) {
        this.discard(id);
        return undefined;
      }
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Of all jobs, the oldest first. */
  async ids(): Promise<string[]> {
    return (await this.#names(this.directory)).sort();
  }

  /** The newest `limit`, or of those before an id, by command id: it starts with a time-ordered run id. */
  async newest(limit: number, before?: string): Promise<JobRecord[]> {
    const all = (await this.ids()).reverse();
    const records: JobRecord[] = [];
    for (const id of all.filter((one) => before === undefined || one < before)) {
      const record = await this.read(id);
      if (record) records.push(record);
      if (records.length === limit) break;
    }
    return records;
  }

  /** Ids of the jobs that have not ended, as far as a launcher recorded it. */
  running(): Promise<string[]> {
    return this.#names(this.#running);
  }

  forgetRunning(id: string): void {
    fs.rmSync(join(this.#running, id), { force: true });
  }

  /** What the job printed; nothing where it has not begun to. */
  async log(id: string): Promise<string> {
    try {
      return await readFile(this.folder(id).log, 'utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return '';
      throw error;
    }
  }

  async #names(directory: string): Promise<string[]> {
    try {
      const names = await readdir(directory);
      return names.filter((name) => commandId.safeParse(name).success);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    }
  }

  #diskFullIs<T>(folder: JobFolder, write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) throw error;
      throw new TriadError('DISK_FULL', { path: folder.record }, { cause: error });
    }
  }
}

/** A line of its own, also after one that a full disk cut short. */
const lineOf = (record: JobRecord): string => `\n${JSON.stringify(record)}`;

/**
 * The last line that was written whole; or what comes before such lines, as version 0.1 wrote it.
 * Throws a `SyntaxError` when there is neither.
 */
export function parseRecord(text: string): JobRecord {
  for (const line of text.split('\n').reverse()) {
    if (!line.startsWith('{"')) continue;
    try {
      return JSON.parse(line);
    } catch {
      // The one before it still holds.
    }
  }
  return JSON.parse(text.split('\n{"', 1)[0] ?? '');
}
