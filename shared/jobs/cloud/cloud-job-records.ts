import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { commandIdPattern } from '../../contracts/attempt.ts';
import type { JobSpec } from '../../contracts/job-spec.ts';
import { TriadError } from '../../errors/triad-error.ts';
import type { JobRecord } from '../job-record.ts';

/** What is known of a job that a cloud service runs, besides what the service itself says. */
export interface CloudJobRecord extends Omit<JobRecord, 'process'> {
  version: 1;
  /** Id of the service that runs it. */
  service: string;
  traceparent: string | null;
  /** How often it was to be created, and when last, since an answer may be lost. */
  creation: { tries: number; at: string };
  /** Its resource name; null until the service is known to have it. */
  resource: string | null;
}

/** What is known of a job when its record is made. */
interface FirstFacts {
  /** When it is created. */
  at: string;
  traceparent?: string | undefined;
  resource?: string;
}

/** A record as it was last read or written. */
export interface OpenRecord {
  record: CloudJobRecord;
  generation: string;
}

/** How many records are read at a time, and how many of ended jobs are kept in memory. */
const readAtOnce = 50;
const mostKept = 1000;

const recordPath = (id: string) => `commands/${id}/job.json`;
const recordPattern = /^commands\/([^/]+)\/job\.json$/;

/**
 * The records of the jobs of one service, in the artifact store: the first to write the record of a
 * command creates its job, so that there is one for ever, on whatever service. Marks name those that
 * have not ended, so that a new launcher need not read all that ever were.
 */
export class CloudJobRecords {
  readonly #artifacts: ArtifactStore;
  readonly #service: string;
  /** For lists: those that have ended, the one that was read first first. */
  readonly #ended = new Map<string, CloudJobRecord>();

  constructor(artifacts: ArtifactStore, service: string) {
    this.#artifacts = artifacts;
    this.#service = service;
  }

  /** Stores a first record; `undefined` when the command has one. */
  async create(
    spec: JobSpec,
    { at, traceparent, resource }: FirstFacts,
  ): Promise<OpenRecord | undefined> {
    const { id } = spec;
    const record: CloudJobRecord = {
      version: 1,
      service: this.#service,
      spec,
      traceparent: traceparent ?? null,
      createdAt: at,
      creation: { tries: 1, at },
      resource: resource ?? null,
      stopping: null,
      end: null,
    };
    if (await this.#artifacts.stat(recordPath(id))) return undefined;
    // The mark first: a record without one would never be looked at again.
    await this.#artifacts.put(`${this.#markOf(id)}unfinished`, '');
    try {
      const body = JSON.stringify(record);
      const { generation } = await this.#artifacts.put(recordPath(id), body, { absent: true });
      return { record, generation };
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /** `undefined` also for what is no command id at all. */
  async open(id: string): Promise<OpenRecord | undefined> {
    if (!commandIdPattern.test(id)) return undefined;
    const found = await this.#artifacts.get(recordPath(id));
    if (!found) return undefined;
    const record: CloudJobRecord = JSON.parse(found.body.toString());
    return { record, generation: found.artifact.generation };
  }

  /** The same, unless the job is of another service. */
  async openOwn(id: string): Promise<OpenRecord | undefined> {
    const open = await this.open(id);
    return open?.record.service === this.#service ? open : undefined;
  }

  /** Changes a record that others may change as well: each change is applied to the newest. */
  async change(open: OpenRecord, apply: (record: CloudJobRecord) => void): Promise<void> {
    const { id } = open.record.spec;
    for (;;) {
      const record = structuredClone(open.record);
      apply(record);
      try {
        const precondition = { generation: open.generation };
        const body = JSON.stringify(record);
        const { generation } = await this.#artifacts.put(recordPath(id), body, precondition);
        Object.assign(open, { record, generation });
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      const newest = await this.open(id);
      if (!newest) throw new TriadError('JOB_LOST');
      Object.assign(open, newest);
    }
  }

  /** The newest `limit`, or of those before an id, by command id: it starts with a time-ordered run id. */
  async newest(limit: number, before?: string): Promise<CloudJobRecord[]> {
    const paths = await this.#artifacts.list('commands/');
    const ids = paths
      .flatMap(({ path }) => recordPattern.exec(path)?.[1] ?? [])
      .filter((id) => before === undefined || id < before)
      .sort()
      .reverse();
    const records: CloudJobRecord[] = [];
    while (records.length < limit && ids.length > 0) {
      const some = ids.splice(0, Math.min(limit - records.length, readAtOnce));
      const found = await Promise.all(some.map((id) => this.#listed(id)));
      records.push(...found.flatMap((record) => (record?.service === this.#service ? record : [])));
    }
    return records;
  }

  /** A record that has ended stays as it is, and need not be read for every list. */
  async #listed(id: string): Promise<CloudJobRecord | undefined> {
    const kept = this.#ended.get(id);
    if (kept) return kept;
    const record = (await this.open(id))?.record;
    if (!record?.end) return record;
    this.#ended.set(id, record);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostKept && oldest !== undefined) this.#ended.delete(oldest);
    return record;
  }

  /** Ids of the jobs that have not ended, as far as a launcher recorded it. */
  async unfinished(): Promise<string[]> {
    const prefix = `unfinished/${this.#service}/`;
    const marks = await this.#artifacts.list(prefix);
    return marks.map(({ path }) => path.slice(prefix.length).split('/')[0] ?? '');
  }

  forgetUnfinished(id: string): Promise<void> {
    return this.#artifacts.deletePrefix(this.#markOf(id));
  }

  #markOf(id: string): string {
    return `unfinished/${this.#service}/${id}/`;
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof TriadError && error.code === 'ARTIFACT_CONFLICT';
