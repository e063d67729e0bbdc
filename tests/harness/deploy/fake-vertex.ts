import { type Answer, answer, type Body, type Call, notFound, pageOf } from './fake-rest.ts';

const terminal = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'PARTIALLY_SUCCEEDED'];

/** CustomJobs of Vertex AI in one region, which others start. */
export class FakeVertex {
  /** By path. */
  readonly jobs = new Map<string, Body>();

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
    if (method === 'GET') return answer(job);
    if (method !== 'POST' || !path.endsWith(':cancel')) return refusal(`${method} ${path}`);
    const state = String(job.state).replace('JOB_STATE_', '');
    if (terminal.includes(state)) return refusal(`it is ${state}`);
    job.state = 'JOB_STATE_CANCELLING';
    return answer({});
  }
}

const refusal = (message: string): Answer => answer({ error: { code: 400, message } }, 400);
