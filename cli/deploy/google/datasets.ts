import { label, type ResourceOf } from '../resource.ts';
import type { Labels, Place, ResourceApi } from './resource-api.ts';

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets */
interface Dataset {
  datasetReference: { datasetId: string };
  location?: string;
  labels?: Labels;
}

export function datasetApi({ rest, environment }: Place): ResourceApi<'dataset'> {
  const project = environment.project;
  const address = `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/datasets`;
  return {
    async list(namespace) {
      const filter = encodeURIComponent(`labels.${label.namespace}:${namespace}`);
      const url = `${address}?maxResults=1000&filter=${filter}`;
      const found = (await rest.all({ url, action: 'list datasets' }, 'datasets')) as Dataset[];
      return found.filter(({ labels }) => labels?.[label.namespace] === namespace).map(resourceOf);
    },
    async create({ name, labels, spec }) {
      const body = {
        datasetReference: { projectId: project, datasetId: name },
        location: spec.location,
        labels,
      };
      const action = `make dataset ${name}`;
      await rest.ask({ method: 'POST', url: address, action, body, creates: true });
    },
    async update({ name, labels }) {
      const url = `${address}/${name}`;
      const action = `change dataset ${name}`;
      const there = (await rest.ask({ url, action })) as Dataset;
      const body = { labels: { ...there.labels, ...labels } };
      await rest.ask({ method: 'PATCH', url, action, body });
    },
    async delete(name) {
      const url = `${address}/${name}?deleteContents=true`;
      const action = `delete dataset ${name}`;
      await rest.ask({ method: 'DELETE', url, action, mayBeMissing: true });
    },
  };
}

const resourceOf = ({ datasetReference, location = '', labels = {} }: Dataset) =>
  ({
    kind: 'dataset',
    name: datasetReference.datasetId,
    labels,
    spec: { location },
  }) satisfies ResourceOf<'dataset'>;
