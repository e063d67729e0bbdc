import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after } from 'node:test';

/** A job as it was sent. */
export interface SentJob {
  jobReference: { jobId: string };
  configuration: {
    query?: Record<string, unknown> & { query: string };
    load?: Record<string, unknown>;
    labels?: Record<string, string>;
    dryRun?: boolean;
  };
}

type Answer = { body: unknown } | { status: number; reason: string; message?: string };

/** How a job ends. */
export interface Ending {
  fields?: { name: string; type: string }[];
  rows?: unknown[][];
  error?: { reason: string; message: string };
  statistics?: object;
  numDmlAffectedRows?: string;
}

/** What goes wrong with one request. */
export interface Trouble {
  method: string;
  path: RegExp;
  /**
   * The answer; or the connection is cut, before the request is looked at or after its effect; or
   * nothing moves any more, not even what the request still has to send.
   */
  answer:
    | { status: number; reason: string; message?: string; retryAfter?: number }
    | 'cut'
    | 'lost'
    | 'silence';
}

/** What gives the server's answers a meaning. */
export interface Engine {
  run(job: SentJob, uploaded: Buffer | undefined): Promise<Ending>;
  table(dataset: string, table: string): Promise<object | undefined>;
  drop(dataset: string, table: string): Promise<void>;
  createDataset(dataset: string): Promise<void>;
  dropDataset(dataset: string): Promise<void>;
}

/**
 * A server that speaks as much of BigQuery's REST API as the adapter uses, and computes nothing by
 * itself: what queries answer is told by the test, or by an engine. Jobs with an id that there is are a 409, as they should
 * be, and it can be told what goes wrong.
 */
export class FakeBigQuery {
  readonly requests: string[] = [];
  /** Those that got no answer, once their sender has closed the connection. */
  readonly abandoned: string[] = [];
  /** Jobs that ran, each once. */
  readonly ran: SentJob[] = [];
  readonly dryRuns: SentJob[] = [];
  readonly uploads: Buffer[] = [];
  readonly datasets = new Map<string, Record<string, unknown>>();
  /** Tables that there are: `dataset.table` → resource. */
  readonly tables = new Map<string, object>();
  readonly troubles: Trouble[] = [];
  /** What a job ends with; nothing, by default. */
  ends: (job: SentJob) => Ending = () => ({});
  /** Answers of "not yet" before a job is done. */
  slowness = 0;
  url = '';
  readonly #engine: Engine | undefined;
  readonly #endings = new Map<string, Ending>();

  constructor(engine?: Engine) {
    this.#engine = engine;
  }

  static async start(engine?: Engine): Promise<FakeBigQuery> {
    const fake = new FakeBigQuery(engine);
    const server = createServer((request, response) => fake.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    fake.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    return fake;
  }

  /** The texts of the queries that ran. */
  get statements(): string[] {
    return this.ran.flatMap(({ configuration }) => configuration.query?.query ?? []);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://x');
    const path = pathname.replace(/^\/(upload\/)?bigquery\/v2\/projects\/[^/]+/, '$1');
    this.requests.push(`${method} ${path}`);
    const at = this.troubles.findIndex((one) => one.method === method && one.path.test(path));
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1);
    if (trouble?.answer === 'silence') {
      request.once('close', () => this.abandoned.push(`${method} ${path}`));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (trouble?.answer === 'cut') return void request.socket.destroy();
    if (trouble && typeof trouble.answer === 'object') return fail(response, trouble.answer);
    const answer = await this.#answer(method, path, searchParams, Buffer.concat(chunks));
    if (trouble?.answer === 'lost') return void request.socket.destroy();
    if ('status' in answer) return fail(response, answer);
    send(response, 200, answer.body);
  }

  async #answer(
    method: string,
    path: string,
    query: URLSearchParams,
    content: Buffer,
  ): Promise<Answer> {
    if (path.startsWith('upload/')) return this.#uploaded(content);
    const body = content.toString('utf8');
    const [, collection, id, sub, table = ''] = path.split('/');
    if (collection === 'jobs' && method === 'POST' && sub === 'cancel') return { body: {} };
    if (collection === 'jobs' && method === 'POST') return this.#inserted(JSON.parse(body));
    if (collection === 'jobs') return this.#found(id, (job) => this.#stateOf(job));
    if (collection === 'queries') return this.#found(id, (job) => this.#page(job, query));
    if (collection === 'datasets' && sub === 'tables') {
      const key = `${id}.${table}`;
      const found = this.tables.get(key) ?? (await this.#engine?.table(`${id}`, table));
      if (method === 'DELETE') this.tables.delete(key);
      if (method === 'DELETE' && found) await this.#engine?.drop(`${id}`, table);
      return found ? { body: found } : { status: 404, reason: 'notFound' };
    }
    if (collection === 'datasets' && method === 'POST') {
      const made = JSON.parse(body);
      this.datasets.set(made.datasetReference.datasetId, made);
      await this.#engine?.createDataset(made.datasetReference.datasetId);
      return { body: made };
    }
    if (collection === 'datasets' && id === undefined) {
      return { body: { datasets: [...this.datasets.values()] } };
    }
    const found = this.datasets.get(`${id}`);
    if (method === 'DELETE') this.datasets.delete(`${id}`);
    if (method === 'DELETE' && found) await this.#engine?.dropDataset(`${id}`);
    return found ? { body: found } : { status: 404, reason: 'notFound' };
  }

  async #inserted(job: SentJob, uploaded?: Buffer): Promise<Answer> {
    if (job.configuration.dryRun) {
      this.dryRuns.push(job);
      const { statistics } = this.#engine ? await this.#engine.run(job, undefined) : this.ends(job);
      return { body: { ...job, status: { state: 'DONE' }, statistics } };
    }
    if (this.#jobOf(job.jobReference.jobId)) return { status: 409, reason: 'duplicate' };
    this.ran.push(job);
    const ending = await this.#engine?.run(job, uploaded);
    if (ending) this.#endings.set(job.jobReference.jobId, ending);
    return { body: { ...job, status: { state: 'RUNNING' } } };
  }

  /** Two parts between boundaries: the job and the file. */
  async #uploaded(body: Buffer): Promise<Answer> {
    const boundary = body.subarray(0, body.indexOf('\r\n'));
    const parts: Buffer[] = [];
    for (let at = 0; parts.length < 2; ) {
      const start = body.indexOf('\r\n\r\n', at) + 4;
      at = body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start);
      parts.push(body.subarray(start, at));
    }
    const [job, file = Buffer.of()] = parts;
    const answer = await this.#inserted(JSON.parse(`${job}`), file);
    if (!('status' in answer)) this.uploads.push(file);
    return answer;
  }

  #endOf(job: SentJob): Ending {
    return this.#endings.get(job.jobReference.jobId) ?? this.ends(job);
  }

  #found(id: string | undefined, work: (job: SentJob) => unknown): Answer {
    const job = this.#jobOf(`${id}`);
    if (!job) return { status: 404, reason: 'notFound' };
    const answer = work(job);
    return typeof answer === 'object' && answer && 'status' in answer && 'reason' in answer
      ? (answer as { status: number; reason: string; message?: string })
      : { body: answer };
  }

  #stateOf(job: SentJob) {
    const { error, statistics } = this.#endOf(job);
    return { ...job, statistics, status: { state: 'DONE', ...(error && { errorResult: error }) } };
  }

  #page(job: SentJob, query: URLSearchParams) {
    const { error, fields = [], rows = [], numDmlAffectedRows } = this.#endOf(job);
    if (error) return { status: 400, reason: error.reason, message: error.message };
    if (this.slowness-- > 0) return { jobComplete: false };
    const start = Number(query.get('pageToken') ?? 0);
    const size = this.#engine ? Number(query.get('maxResults')) : 2;
    const isLast = start + size >= rows.length;
    return {
      jobComplete: true,
      schema: { fields },
      // Without an engine two rows a page, whatever was asked for: no more than a client may count on.
      rows: rows.slice(start, start + size).map((row) => ({ f: row.map((v) => ({ v })) })),
      ...(!isLast && { pageToken: String(start + size) }),
      ...(numDmlAffectedRows && { numDmlAffectedRows }),
    };
  }

  #jobOf(id: string): SentJob | undefined {
    return this.ran.find(({ jobReference }) => jobReference.jobId === id);
  }
}

function fail(
  response: ServerResponse,
  {
    status,
    reason,
    message = reason,
    retryAfter,
  }: { status: number; reason: string; message?: string; retryAfter?: number },
): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  send(response, status, { error: { code: status, message, errors: [{ reason, message }] } });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
