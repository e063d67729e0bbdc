import { topic } from '@triad/shared/contracts/topics.ts';
import { slugOf, underscored } from './namespace.ts';
import {
  keyOf,
  label,
  type Resource,
  type ResourceOf,
  revisionName,
  type SubscriptionSpec,
  type Traffic,
} from './resource.ts';
import {
  databaseOf,
  definitionOf,
  type ServiceName,
  serviceNames,
  serviceOf,
  urlOf,
} from './service-definitions.ts';
import type { Target } from './target.ts';

/** The same as in docker/terraform/modules/messaging; a test compares them. */
export const messaging = {
  ackDeadlineSeconds: 60,
  attempts: 10,
  backoff: { minimumSeconds: 10, maximumSeconds: 600 },
  retentionSeconds: 604_800,
} as const;

/** The same as in docker/terraform/modules/warehouse. The sql-runner makes others when it needs them. */
export const datasets = ['triad'] as const;

/**
 * All that a target consists of.
 *
 * @param actual what is there now: the traffic of services that wait for a promotion stays as it is
 */
export function desiredState(target: Target, actual: readonly Resource[]): Resource[] {
  const { environment, namespace } = target;
  const labels = labelsOf(target);
  const named = <K extends Resource['kind']>(kind: K, name: string, spec: ResourceOf<K>['spec']) =>
    ({ kind, name, labels, spec }) as unknown as Resource;
  return [
    named('prefix', `${namespace}/`, { bucket: environment.bucket }),
    ...Object.values(topic).map((name) =>
      named('topic', `${namespace}-${name}`, {
        retentionSeconds: messaging.retentionSeconds,
        region: environment.region,
      }),
    ),
    ...datasets.map((name) =>
      named('dataset', `${underscored(namespace)}_${name}`, {
        location: environment.region,
      }),
    ),
    {
      kind: 'database',
      name: databaseOf(namespace),
      labels: {},
      spec: { instance: environment.databaseInstance },
    },
    ...serviceNames.map((service) => serviceResource(target, service, labels, actual)),
    // Messages are told apart by these names: shared/messenger knows them without the namespace.
    named('subscription', `${namespace}-invoker`, {
      ...pushed(target, 'invoker', topic.commands, '/pubsub/push'),
    }),
    named('subscription', `${namespace}-orchestrator`, {
      ...pushed(target, 'orchestrator', topic.outcomes, '/pubsub/push'),
    }),
    named('subscription', `${namespace}-dead-letters`, {
      ...pushed(target, 'orchestrator', topic.deadLetters, '/pubsub/dead-letters'),
      ordered: false,
      deadLetters: null,
    }),
    named('schedule', `${namespace}-triad-tick`, {
      cron: '* * * * *',
      timeZone: 'Etc/UTC',
      url: `${urlOf(target, 'orchestrator')}/v1/tick`,
      audience: urlOf(target, 'orchestrator'),
      account: environment.serviceAccounts.scheduler,
      deadlineSeconds: 60,
    }),
  ];
}

function labelsOf({ namespace, isolated }: Target): Record<string, string> {
  const own = { [label.namespace]: namespace };
  if (!isolated) return own;
  return {
    ...own,
    [label.branch]: slugOf(isolated.branch).slice(0, 63),
    [label.expires]: isolated.expires,
  };
}

function pushed(
  { environment, namespace, ...rest }: Target,
  receiver: ServiceName,
  name: string,
  path: string,
): SubscriptionSpec {
  const url = urlOf({ environment, namespace, ...rest }, receiver);
  return {
    topic: `${namespace}-${name}`,
    push: {
      endpoint: `${url}${path}`,
      audience: url,
      account: environment.serviceAccounts.push,
    },
    ackDeadlineSeconds: messaging.ackDeadlineSeconds,
    retentionSeconds: messaging.retentionSeconds,
    ordered: true,
    backoff: messaging.backoff,
    deadLetters: { topic: `${namespace}-${topic.deadLetters}`, attempts: messaging.attempts },
    expiresAfterSeconds: null,
  };
}

function serviceResource(
  target: Target,
  service: ServiceName,
  labels: Record<string, string>,
  actual: readonly Resource[],
): Resource {
  const name = serviceOf(target.namespace, service);
  const definition = definitionOf(target, service);
  const revision = revisionName(name, target.revision, definition);
  const there = actual.find((resource) => keyOf(resource) === `service/${name}`);
  const isWaiting = target.promoted && there?.kind === 'service';
  const traffic: readonly Traffic[] = isWaiting
    ? there.spec.traffic
    : [{ revision, percent: 100, tag: 'live' }];
  return {
    kind: 'service',
    name,
    labels,
    spec: { ...definition, revision, traffic },
  };
}
