import { labelOf, namespaceLabel } from '@triad/shared/jobs/cloud/cloud-labels.ts';
import { type JobApi, type Labels, type Place, shortName } from './resource-api.ts';
import { runFinished, runRoot } from './run-operation.ts';

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs */
interface RunJob {
  name: string;
  labels?: Labels;
}

/** The jobs that the invoker made; their executions go with them. */
export function cloudRunJobApi({ rest, environment }: Place): JobApi<'cloud-run-job'> {
  const address = `${runRoot}/projects/${environment.project}/locations/${environment.region}/jobs`;
  return {
    async list(namespace) {
      // It knows no filter.
      const asked = { url: `${address}?pageSize=100`, action: 'list jobs of Cloud Run' };
      const found = (await rest.all(asked, 'jobs')) as RunJob[];
      return found
        .filter(({ labels }) => labels?.[namespaceLabel] === labelOf(namespace))
        .map(({ name }) => ({ kind: 'cloud-run-job', name: shortName(name) }));
    },
    async delete(name) {
      const action = `delete job ${name} of Cloud Run`;
      const asked = { method: 'DELETE', url: `${address}/${name}`, action } as const;
      await runFinished(rest, await rest.ask({ ...asked, mayBeMissing: true }), action);
    },
  };
}
