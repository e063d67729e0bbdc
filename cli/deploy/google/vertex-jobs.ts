import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { labelOf, namespaceLabel } from '@triad/shared/jobs/cloud/cloud-labels.ts';
import { type JobApi, type Place, shortName } from './resource-api.ts';

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.customJobs */
interface CustomJob {
  name: string;
  state?: string;
}

const ended: ReadonlySet<string> = new Set(
  ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'].map(
    (state) => `JOB_STATE_${state}`,
  ),
);
const isRunning = ({ state = '' }: CustomJob): boolean => !ended.has(state);

/**
 * The jobs of the invoker that run, or will. To delete one is to cancel it, and to wait until it has
 * ended, since it uses what is removed next; its record costs nothing.
 */
export function vertexJobApi({ rest, environment }: Place): JobApi<'vertex-job'> {
  const { project, region } = environment;
  const host = `https://${region}-aiplatform.googleapis.com/v1`;
  const address = `${host}/projects/${project}/locations/${region}/customJobs`;
  return {
    async list(namespace) {
      const filter = `labels.${namespaceLabel}="${labelOf(namespace)}"`;
      const url = `${address}?pageSize=100&filter=${encodeURIComponent(filter)}`;
      const action = 'list jobs of Vertex AI';
      const found = (await rest.all({ url, action }, 'customJobs')) as CustomJob[];
      return found
        .filter(isRunning)
        .map(({ name }) => ({ kind: 'vertex-job', name: shortName(name) }));
    },
    async delete(name) {
      const action = `cancel job ${name} of Vertex AI`;
      const url = `${address}/${name}`;
      const asked = { method: 'POST', url: `${url}:cancel`, action, body: {} } as const;
      const look = async () =>
        (await rest.ask({ url, action, mayBeMissing: true })) as CustomJob | undefined;
      try {
        await rest.ask({ ...asked, mayBeMissing: true });
      } catch (error) {
        if (!(error instanceof TriadError) || error.code !== 'DEPLOY_CLOUD_REFUSED') throw error;
        // One that has ended meanwhile, or ends by now, cannot be cancelled, and need not be.
        const there = await look();
        if (there && isRunning(there) && there.state !== 'JOB_STATE_CANCELLING') throw error;
      }
      await rest.wait(action, async () => {
        const there = await look();
        return there && isRunning(there) ? undefined : null;
      });
    },
  };
}
