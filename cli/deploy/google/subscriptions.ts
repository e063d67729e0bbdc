import { label, type ResourceOf } from '../resource.ts';
import { type Labels, type Place, type ResourceApi, secondsOf, shortName } from './resource-api.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions */
interface Subscription {
  name: string;
  topic: string;
  labels?: Labels;
  pushConfig?: {
    pushEndpoint?: string;
    oidcToken?: { serviceAccountEmail?: string; audience?: string };
  };
  ackDeadlineSeconds?: number;
  messageRetentionDuration?: string;
  enableMessageOrdering?: boolean;
  retryPolicy?: { minimumBackoff?: string; maximumBackoff?: string };
  deadLetterPolicy?: { deadLetterTopic?: string; maxDeliveryAttempts?: number };
  /** Without a time to live it never expires. Without a policy Pub/Sub has one of its own. */
  expirationPolicy?: { ttl?: string };
}

const usualExpiry = '2678400s';

const changeable = [
  'labels',
  'pushConfig',
  'ackDeadlineSeconds',
  'messageRetentionDuration',
  'retryPolicy',
  'deadLetterPolicy',
  'expirationPolicy',
].join(',');

export function subscriptionApi({ rest, environment }: Place): ResourceApi<'subscription'> {
  const project = `projects/${environment.project}`;
  const address = `https://pubsub.googleapis.com/v1/${project}/subscriptions`;
  const bodyOf = ({ name, labels, spec }: ResourceOf<'subscription'>): Subscription => ({
    name: `${project}/subscriptions/${name}`,
    topic: `${project}/topics/${spec.topic}`,
    labels,
    ...(spec.push && {
      pushConfig: {
        pushEndpoint: spec.push.endpoint,
        oidcToken: { serviceAccountEmail: spec.push.account, audience: spec.push.audience },
      },
    }),
    ackDeadlineSeconds: spec.ackDeadlineSeconds,
    messageRetentionDuration: `${spec.retentionSeconds}s`,
    enableMessageOrdering: spec.ordered,
    ...(spec.backoff && {
      retryPolicy: {
        minimumBackoff: `${spec.backoff.minimumSeconds}s`,
        maximumBackoff: `${spec.backoff.maximumSeconds}s`,
      },
    }),
    ...(spec.deadLetters && {
      deadLetterPolicy: {
        deadLetterTopic: `${project}/topics/${spec.deadLetters.topic}`,
        maxDeliveryAttempts: spec.deadLetters.attempts,
      },
    }),
    expirationPolicy:
      spec.expiresAfterSeconds === null ? {} : { ttl: `${spec.expiresAfterSeconds}s` },
  });
  return {
    async list(namespace) {
      const asked = { url: `${address}?pageSize=1000`, action: 'list subscriptions' };
      const found = (await rest.all(asked, 'subscriptions')) as Subscription[];
      return found.filter(({ labels }) => labels?.[label.namespace] === namespace).map(resourceOf);
    },
    async create(resource) {
      const { name } = resource;
      const { name: _, ...body } = bodyOf(resource);
      const action = `make subscription ${name}`;
      const url = `${address}/${name}`;
      await rest.ask({ method: 'PUT', url, action, body, creates: true });
    },
    async update(resource) {
      const { name } = resource;
      const url = `${address}/${name}`;
      const action = `change subscription ${name}`;
      const there = (await rest.ask({ url, action })) as Subscription;
      const wanted = bodyOf(resource);
      const subscription = { ...wanted, labels: { ...there.labels, ...wanted.labels } };
      const body = { subscription, updateMask: changeable };
      await rest.ask({ method: 'PATCH', url, action, body });
    },
    async delete(name) {
      const action = `delete subscription ${name}`;
      await rest.ask({ method: 'DELETE', url: `${address}/${name}`, action, mayBeMissing: true });
    },
  };
}

function resourceOf(found: Subscription): ResourceOf<'subscription'> {
  const { pushConfig, retryPolicy, deadLetterPolicy } = found;
  const { ttl } = found.expirationPolicy ?? { ttl: usualExpiry };
  return {
    kind: 'subscription',
    name: shortName(found.name),
    labels: found.labels ?? {},
    spec: {
      topic: shortName(found.topic),
      push: pushConfig?.pushEndpoint
        ? {
            endpoint: pushConfig.pushEndpoint,
            audience: pushConfig.oidcToken?.audience ?? '',
            account: pushConfig.oidcToken?.serviceAccountEmail ?? '',
          }
        : null,
      ackDeadlineSeconds: found.ackDeadlineSeconds ?? 10,
      retentionSeconds: secondsOf(found.messageRetentionDuration),
      ordered: found.enableMessageOrdering ?? false,
      backoff: retryPolicy
        ? {
            minimumSeconds: secondsOf(retryPolicy.minimumBackoff),
            maximumSeconds: secondsOf(retryPolicy.maximumBackoff),
          }
        : null,
      deadLetters: deadLetterPolicy?.deadLetterTopic
        ? {
            topic: shortName(deadLetterPolicy.deadLetterTopic),
            attempts: deadLetterPolicy.maxDeliveryAttempts ?? 5,
          }
        : null,
      expiresAfterSeconds: ttl === undefined ? null : secondsOf(ttl),
    },
  };
}
