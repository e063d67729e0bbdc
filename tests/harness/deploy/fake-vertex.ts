import { type Answer, answer, type Body, type Call, notFound, pageOf } from './fake-rest.ts';

const terminal = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'PARTIALLY_SUCCEEDED'];

/** CustomJobs of Vertex AI in one region, which others start. */
export class FakeVertex {
  /** By path. */
  readonly jobs = new Map<string, Body>();
  /** Whether no cancellation comes to an end. */
  isStuck = false;

  put(path: string, labels: Record<string, string>, state = 'JOB_STATE_RUNNING'): void {
    this.jobs.set(path, { name: path, labels, state });
  }

  answer({ method, url }: Call, path: string): Answer {
    if (method === 'GET' && path.endsWith('/customJobs')) {
      const filter = url.searchParams.get('filter') ?? '';
      const [, key = '', value] = /^labels\.(\w+)="([^"]*)"$/.exec(filter) ?? [];
      if (value === undefined) return refusal(`unknown filter ${filter}`);
      const found = [...this.jobs.values()].filter(
        (job) => (job.labels as Record<string, string>)[key] === value,
      );
      return pageOf('customJobs', found, url);
    }
    const job = this.jobs.get(path.replace(/:cancel$/, ''));
    if (!job) return notFound;
    if (method === 'GET') return answer(this.#seen(job));
    if (method !== 'POST' || !path.endsWith(':cancel')) return refusal(`${method} ${path}`);
    const state = String(job.state).replace('JOB_STATE_', '');
    if (state === 'CANCELLING' || terminal.includes(state)) return refusal(`it is ${state}`);
    job.state = 'JOB_STATE_CANCELLING';
    return answer({});
  }

  /** One that is cancelled has ended when it was looked at for the second time. */
  #seen(job: Body): Body {
    const looked = { ...job };
    if (this.isStuck || job.state !== 'JOB_STATE_CANCELLING') return looked;
    job.state = 'JOB_STATE_CANCELLED';
    return looked;
  }
}

const refusal = (message: string): Answer => answer({ error: { code: 400, message } }, 400);
