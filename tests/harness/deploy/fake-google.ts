import { FakeCloudRun } from './fake-cloud-run.ts';
import { type Answer, answer, type Body, type Call, notFound, pageOf } from './fake-rest.ts';
import { FakeVertex } from './fake-vertex.ts';

/** One request to come fails: with this answer, or the network is gone before or after it was done. */
export type Fault = Response | 'network' | 'answer lost';

/**
 * Google's REST APIs as far as deployments use them, in memory, in place of `fetch`. Only what the
 * documents of these APIs say; what differs from them is told in docs/emulators.md.
 */
export class FakeGoogle {
  readonly calls: Call[] = [];
  /** The next requests meet these, whatever they ask for. */
  readonly faults: Fault[] = [];
  readonly #project: string;
  readonly #things = new Map<string, Body>();
  readonly #objects = new Map<string, string>();
  readonly #operations = new Set<string>();
  /** Databases that are not there before their operation is done, or before somebody looked in vain. */
  readonly #unmade = new Set<string>();
  readonly run = new FakeCloudRun();
  readonly vertex = new FakeVertex();

  constructor(project: string) {
    this.#project = project;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const call: Call = {
      method: init?.method ?? 'GET',
      url: new URL(String(input)),
      body: init?.body === undefined ? undefined : String(init.body),
      authorization: new Headers(init?.headers).get('authorization'),
    };
    this.calls.push(call);
    const fault = this.faults.shift();
    if (fault === 'network')
      throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    if (fault instanceof Response) return fault;
    const { status, body } = this.#answer(call);
    if (fault) throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };

  /** What somebody changes past Triad. */
  edit(path: string, change: (thing: Body) => void): void {
    const thing = this.#things.get(path) ?? this.run.services.get(path);
    if (!thing) throw new Error(`nothing at ${path}; there is ${[...this.#things.keys()]}`);
    change(thing);
  }

  putObject(name: string, text: string): void {
    this.#objects.set(name, text);
  }

  get objectNames(): string[] {
    return [...this.#objects.keys()];
  }

  #answer(call: Call): Answer {
    const { url } = call;
    if (url.hostname === 'storage.googleapis.com') return this.#storage(call);
    if (!url.pathname.includes(`/projects/${this.#project}/`)) return notFound;
    const path = url.pathname.replace(/^\/(v1|bigquery\/v2|v2)\//, '');
    if (url.hostname === 'run.googleapis.com') return this.run.answer(call, path);
    if (url.hostname.endsWith('-aiplatform.googleapis.com')) return this.vertex.answer(call, path);
    if (path.includes('/operations/')) return this.#operation(path);
    return this.#generic(call, path);
  }

  /** Collections whose items are made by PUT or POST and changed by PATCH. */
  #generic({ method, url, body = '{}' }: Call, path: string): Answer {
    const collection = /\/(topics|subscriptions|datasets|databases|jobs)$/.exec(path)?.[1];
    if (collection && method === 'GET') {
      const items = [...this.#things].filter(([at]) => at.startsWith(`${path}/`));
      return pageOf(
        collection,
        items.map(([, thing]) => thing),
        url,
      );
    }
    const sent = JSON.parse(body) as Body;
    const at = collection ? `${path}/${nameIn(sent)}` : path;
    const there = this.#things.get(at);
    if (method === 'GET') return there && !this.#unmade.delete(at) ? answer(there) : notFound;
    if (method === 'PUT' || method === 'POST') {
      if (there) return answer({ error: { code: 409, message: `${at} exists` } }, 409);
      const topic = sent.topic as string | undefined;
      if (topic !== undefined && !this.#things.has(topic)) return notFound;
      this.#things.set(at, { ...sent, ...(method === 'PUT' && { name: at }) });
      if (collection === 'databases') this.#unmade.add(at);
      return this.#ended(at);
    }
    if (!there) return notFound;
    if (method === 'DELETE') {
      this.#things.delete(at);
      return this.#ended(at);
    }
    this.#things.set(at, patched(there, sent, url));
    return answer(this.#things.get(at));
  }

  /** Cloud SQL answers with operations; the others are done at once. */
  #ended(at: string): Answer {
    if (!at.includes('/databases/')) return answer(this.#things.get(at) ?? {});
    const name = `op-${this.calls.length}`;
    return answer({ name, status: 'PENDING' });
  }

  /** Every operation is still under way when it is first asked for. */
  #operation(path: string): Answer {
    const wasAsked = this.#operations.has(path);
    if (wasAsked) this.#unmade.clear();
    this.#operations.add(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    return answer({ name, status: wasAsked ? 'DONE' : 'RUNNING' });
  }

  #storage({ method, url, body = '' }: Call): Answer {
    if (url.pathname.startsWith('/upload/')) {
      this.#objects.set(url.searchParams.get('name') ?? '', body);
      return answer({});
    }
    const name = /\/o\/(.+)$/.exec(url.pathname)?.[1];
    if (name === undefined) {
      const prefix = url.searchParams.get('prefix');
      const glob = url.searchParams.get('matchGlob');
      // A single * stands for anything but a slash.
      const pattern = new RegExp(`^${glob?.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      const names = [...this.#objects.keys()].filter((path) =>
        prefix === null ? pattern.test(path) : path.startsWith(prefix),
      );
      return pageOf(
        'items',
        names.map((path) => ({ name: path })),
        url,
      );
    }
    const path = decodeURIComponent(name);
    const text = this.#objects.get(path);
    if (text === undefined) return notFound;
    if (method === 'DELETE') this.#objects.delete(path);
    return { status: 200, body: text };
  }
}

function nameIn(sent: Body): string {
  const reference = sent.datasetReference as { datasetId: string } | undefined;
  const name = reference?.datasetId ?? String(sent.name);
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Pub/Sub wraps what is sent; an update mask names the fields that count. */
function patched(there: Body, sent: Body, url: URL): Body {
  const mask = (sent.updateMask as string | undefined) ?? url.searchParams.get('updateMask');
  const wrapped = (sent.topic ?? sent.subscription) as Body | undefined;
  const given = typeof wrapped === 'object' ? wrapped : sent;
  const fields = mask?.split(',') ?? Object.keys(given);
  const kept = Object.entries(there).filter(([field]) => !fields.includes(field));
  const changed = Object.entries(given).filter(([field]) => fields.includes(field));
  return Object.fromEntries([...kept, ...changed]);
}
