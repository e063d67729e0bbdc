import { type Answer, answer, type Body, type Call, notFound, pageOf } from './fake-rest.ts';

interface Operation {
  name: string;
  done: boolean;
  error?: { code: number; message: string };
}

/** Services of Cloud Run with their revisions; every change is an operation that takes a while. */
export class FakeCloudRun {
  /** By path. */
  readonly services = new Map<string, Body>();
  readonly #revisions = new Map<string, Body[]>();
  readonly #operations = new Map<string, Operation>();
  #changes = 0;

  answer({ method, url, body = '{}' }: Call, path: string): Answer {
    const operation = this.#operations.get(path);
    if (operation) {
      const { done: _, ...rest } = operation;
      return answer({ ...rest, done: true });
    }
    if (path.endsWith('/revisions')) {
      const service = path.slice(0, -'/revisions'.length);
      return this.services.has(service)
        ? pageOf('revisions', this.#revisions.get(service) ?? [], url)
        : notFound;
    }
    if (path.endsWith('/services') && method === 'GET') {
      return pageOf('services', [...this.services.values()], url);
    }
    const id = url.searchParams.get('serviceId');
    const at = id === null ? path : `${path}/${id}`;
    const there = this.services.get(at);
    if (method === 'GET') return there ? this.#looked(there) : notFound;
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

  #put(at: string, sent: Body): Answer {
    const tags = ((sent.traffic ?? []) as { tag?: string }[]).map(({ tag = '' }) => tag);
    const tooLong = tags.some((tag) => `${at.split('/').at(-1)}${tag}`.length > 46);
    if (tooLong) {
      const message = 'Combined traffic tag and service name cannot exceed 46 characters';
      return answer({ error: { code: 400, message } }, 400);
    }
    const template = sent.template as { revision: string };
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
    const reconciling = true;
    this.services.set(at, { ...sent, name: at, etag: `"${this.#changes}"`, reconciling });
    return this.#started(at);
  }

  /** It is ready at the second look. */
  #looked(service: Body): Answer {
    const { reconciling } = service;
    service.reconciling = false;
    const terminalCondition = { state: reconciling ? 'CONDITION_PENDING' : 'CONDITION_SUCCEEDED' };
    return answer({ ...service, reconciling, terminalCondition });
  }

  #started(at: string, error?: { code: number; message: string }): Answer {
    const name = at.replace(/\/services\/.*$/, `/operations/${this.#operations.size}`);
    const operation = { name, done: false, ...(error && { error }) };
    this.#operations.set(name, operation);
    return answer({ name, done: false });
  }
}
