import { label, type ResourceOf } from '../resource.ts';
import { type Labels, type Place, type ResourceApi, secondsOf, shortName } from './resource-api.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics */
interface Topic {
  name: string;
  labels?: Labels;
  messageRetentionDuration?: string;
  messageStoragePolicy?: { allowedPersistenceRegions?: string[] };
}

export function topicApi({ rest, environment }: Place): ResourceApi<'topic'> {
  const parent = `projects/${environment.project}/topics`;
  const address = `https://pubsub.googleapis.com/v1/${parent}`;
  const bodyOf = ({ name, labels, spec }: ResourceOf<'topic'>): Topic => ({
    name: `${parent}/${name}`,
    labels,
    messageRetentionDuration: `${spec.retentionSeconds}s`,
    messageStoragePolicy: { allowedPersistenceRegions: [spec.region] },
  });
  return {
    async list(namespace) {
      const asked = { url: `${address}?pageSize=1000`, action: 'list topics' };
      const topics = (await rest.all(asked, 'topics')) as Topic[];
      return topics.filter(({ labels }) => labels?.[label.namespace] === namespace).map(resourceOf);
    },
    async create(resource) {
      const { name } = resource;
      const { name: _, ...body } = bodyOf(resource);
      const action = `make topic ${name}`;
      const url = `${address}/${name}`;
      await rest.ask({ method: 'PUT', url, action, body, creates: true });
    },
    async update(resource) {
      const { name } = resource;
      const url = `${address}/${name}`;
      const action = `change topic ${name}`;
      const there = (await rest.ask({ url, action })) as Topic;
      const topic = bodyOf(resource);
      const body = {
        topic: { ...topic, labels: { ...there.labels, ...topic.labels } },
        updateMask: 'labels,messageRetentionDuration,messageStoragePolicy',
      };
      await rest.ask({ method: 'PATCH', url, action, body });
    },
    async delete(name) {
      const action = `delete topic ${name}`;
      await rest.ask({ method: 'DELETE', url: `${address}/${name}`, action, mayBeMissing: true });
    },
  };
}

const resourceOf = (topic: Topic): ResourceOf<'topic'> => ({
  kind: 'topic',
  name: shortName(topic.name),
  labels: topic.labels ?? {},
  spec: {
    retentionSeconds: secondsOf(topic.messageRetentionDuration),
    region: topic.messageStoragePolicy?.allowedPersistenceRegions?.join(',') ?? '',
  },
});
