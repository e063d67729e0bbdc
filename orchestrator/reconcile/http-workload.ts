import { type JobView, jobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import type { Workload } from './workload.ts';

/** The workload as the invoker at `url` tells of it. */
export class HttpWorkload implements Workload {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async getJob(commandId: string): Promise<JobView | undefined> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}`;
    try {
      return jobView.parse(await httpJson({ service: 'invoker', url }));
    } catch (error) {
      if (error instanceof TriadError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async check(): Promise<void> {
    await httpJson({ service: 'invoker', url: `${this.#url}/healthcheck` });
  }
}
