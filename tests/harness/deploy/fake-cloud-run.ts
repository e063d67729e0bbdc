import { type Answer, answer, type Body, type Call, notFound, pageOf } from './fake-rest.ts';

interface Operation {
  name: string;
  done: boolean;
  error?: { code: number; message: string };
}

interface Traffic {
  type: string;
  revision?: string;
  percent?: number;
  tag?: string;
}

/** Of a service and the tag of a part of its traffic, together. */
const longestTagged = 46;

/** Services of Cloud Run with their revisions, and jobs that others made; every change is an operation that takes a while. */
export class FakeCloudRun {
  /** By path. */
  readonly services = new Map<string, Body>();
  /** By path. */
  readonly jobs = new Map<string, Body>();
  /** Paths of the revisions that an instance was started of. */
  readonly started = new Set<string>();
  /** Why services do not become ready, if they do not. */
  broken: string | undefined;
  readonly #revisions = new Map<string, Body[]>();
  readonly #operations = new Map<string, Operation>();
  #changes = 0;

  answer({ method, url, body = '{}' }: Call, path: string): Answer {
    const operation = this.#operations.get(path);
    if (operation) {
      const { done: _, ...rest } = operation;
      this.#settle();
      return answer({ ...rest, done: true });
    }
    if (/\/jobs(\/[^/]+)?$/.test(path)) return this.#jobAnswer(method, url, path);
    if (path.endsWith('/revisions')) {
      const service = path.slice(0, -'/revisions'.length);
      return this.services.has(service)
        ? pageOf('revisions', this.#revisions.get(service) ?? [], url)
        : notFound;
    }
    if (path.endsWith('/services') && method === 'GET') {
      return pageOf('services', [...this.services.values()].map(withoutDefaults), url);
    }
    const id = url.searchParams.get('serviceId');
    const at = id === null ? path : `${path}/${id}`;
    const there = this.services.get(at);
    if (method === 'GET') {
      if (!there) return notFound;
      const found = answer(withoutDefaults(there));
      this.#settle();
      return found;
    }
    if (method === 'POST') {
      if (there) return answer({ error: { code: 409, message: `${at} exists` } }, 409);
      return this.#put(at, JSON.parse(body) as Body);
    }
    if (!there) return notFound;
    if (method === 'DELETE') {
      this.services.delete(at);
      this.#revisions.delete(at);
      return this.#started(at);
    }
    const sent = JSON.parse(body) as Body;
    if (sent.etag !== there.etag) {
      return answer({ error: { code: 409, message: 'the etag is of an older one' } }, 409);
    }
    return this.#put(at, sent);
  }

  #jobAnswer(method: string, url: URL, path: string): Answer {
    if (method === 'GET' && path.endsWith('/jobs')) {
      const known = ['pageSize', 'pageToken', 'showDeleted'];
      const unknown = [...url.searchParams.keys()].find((key) => !known.includes(key));
      const message = `Invalid JSON payload received. Unknown name "${unknown}"`;
      if (unknown !== undefined) return answer({ error: { code: 400, message } }, 400);
      return pageOf('jobs', [...this.jobs.values()], url);
    }
    if (!this.jobs.has(path)) return notFound;
    if (method !== 'DELETE') return answer({ error: { code: 400, message: method } }, 400);
    this.jobs.delete(path);
    return this.#started(path);
  }

  #put(at: string, sent: Body): Answer {
    const traffic = sent.traffic as Traffic[];
    const service = at.slice(at.lastIndexOf('/') + 1);
    const long = traffic.find(({ tag = '' }) => tag && tag.length + service.length > longestTagged);
    if (long) {
      const both = `traffic tag '${long.tag}' and service name '${service}' together are too long`;
      const message = `spec.traffic.tag: ${both}. Combined traffic tag and service name cannot exceed ${longestTagged} characters.`;
      return answer({ error: { code: 400, message } }, 400);
    }
    const template = sent.template as { revision: string; healthCheckDisabled?: boolean };
    const revisions = this.#revisions.get(at) ?? [];
    const name = `${at}/revisions/${template.revision}`;
    const same = revisions.find((revision) => revision.name === name);
    const content = JSON.stringify(template);
    if (same && same.content !== content) {
      return this.#started(at, { code: 6, message: `Revision named ${name} exists.` });
    }
    this.#changes += 1;
    const createTime = new Date(1_700_000_000_000 + this.#changes).toISOString();
    if (!same) this.#revisions.set(at, [...revisions, { name, createTime, content }]);
    // Without traffic too, to see whether it becomes ready, unless nobody wants to know.
    if (!same && template.healthCheckDisabled !== true) this.started.add(name);
    for (const { type, revision, percent } of traffic) {
      if (!percent) continue;
      const isNamed = type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
      this.started.add(isNamed ? `${at}/revisions/${revision}` : name);
    }
    this.services.set(at, {
      ...sent,
      name: at,
      etag: `"${this.#changes}"`,
      reconciling: true,
      terminalCondition: { type: 'Ready', state: 'CONDITION_RECONCILING' },
    });
    return this.#started(at);
  }

  /** Whatever was under way is over once somebody has seen it. */
  #settle(): void {
    for (const service of this.services.values()) {
      if (!service.reconciling) continue;
      // As Google leaves out what is false.
      delete service.reconciling;
      service.terminalCondition = this.broken
        ? { type: 'Ready', state: 'CONDITION_FAILED', message: this.broken }
        : { type: 'Ready', state: 'CONDITION_SUCCEEDED' };
    }
  }

  #started(at: string, error?: { code: number; message: string }): Answer {
    const name = at.replace(/\/(services|jobs)\/.*$/, `/operations/${this.#operations.size}`);
    const operation = { name, done: false, ...(error && { error }) };
    this.#operations.set(name, operation);
    return answer({ name, done: false });
  }
}

/** As Google writes protobuf: what is false, 0 or empty is left out. */
const withoutDefaults = (body: Body): Body =>
  JSON.parse(JSON.stringify(body, (_, value) => value || undefined));
