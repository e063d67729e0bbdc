import { formatLabels } from '@triad/shared/config/labels.ts';
import type { Role } from '@triad/shared/contracts/access.ts';
import { underscored } from './namespace.ts';
import type { ServiceSpec } from './resource.ts';
import type { Target } from './target.ts';

export type ServiceName = 'orchestrator' | 'invoker';

/**
 * Invoker first: when revisions change, it understands the commands of the older orchestrator, and
 * the newer orchestrator finds an invoker that understands its own.
 */
export const serviceNames: readonly ServiceName[] = ['invoker', 'orchestrator'];

/** Each has an account of its own. */
const jobs = ['sql-runner', 'trainer', 'container'] as const;
/** The trainer's other one is for machines with an accelerator. */
const jobImages = [...jobs, 'trainer-gpu'] as const;

export const serviceOf = (namespace: string, service: ServiceName): string =>
  `${namespace}-triad-${service}`;

/** The address that Cloud Run gives a service, which is known before the service exists. */
export function urlOf({ environment, namespace }: Target, service: ServiceName): string {
  const host = `${serviceOf(namespace, service)}-${environment.projectNumber}`;
  return `https://${host}.${environment.region}.run.app`;
}

export const databaseOf = (namespace: string): string => `${underscored(namespace)}_triad`;

/** What the service runs as, without the name of its revision and its traffic. */
export function definitionOf(
  target: Target,
  service: ServiceName,
): Omit<ServiceSpec, 'revision' | 'traffic'> {
  const { environment, isolated, revision } = target;
  const common = {
    image: `${environment.images}/${service}:${revision}`,
    account: environment.serviceAccounts[service],
    cpu: '1',
    memory: '1Gi',
    // Both work between requests: loops of the orchestrator, jobs that the invoker watches.
    cpuIdle: false,
    startupCpuBoost: true,
    concurrency: 80,
    timeoutSeconds: 300,
    executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
    secretVariables: {},
    ingress: 'INGRESS_TRAFFIC_ALL',
    // Triad checks the token of each request itself; one that Cloud Run checked has no signature.
    invokerIamDisabled: true,
    // What is not promoted must not work on production's state, not even to show that it starts.
    healthCheckDisabled: target.promoted,
  };
  if (service === 'invoker') {
    return {
      ...common,
      port: 4181,
      ...probesAt(4181),
      minInstances: environment.name === 'production' ? 1 : 0,
      maxInstances: 4,
      database: null,
      environment: {
        ...commonEnvironment(target),
        TRIAD_OIDC_AUDIENCE: urlOf(target, service),
        TRIAD_OIDC_ACCOUNTS: accountsOf({ push: 'service', orchestrator: 'service' }, target),
        TRIAD_LABELS: formatLabels(environment.jobLabels ?? {}),
        TRIAD_JOB_SERVICE_ACCOUNTS: JSON.stringify(
          Object.fromEntries(jobs.map((job) => [job, environment.serviceAccounts[job]])),
        ),
      },
    };
  }
  const { project, region, databaseInstance, secrets } = environment;
  return {
    ...common,
    port: 4180,
    ...probesAt(4180),
    // Of a branch nobody waits for: the tick of every minute starts an instance.
    minInstances: isolated ? 0 : 1,
    maxInstances: 2,
    database: `${project}:${region}:${databaseInstance}`,
    environment: {
      ...commonEnvironment(target),
      TRIAD_OIDC_AUDIENCE: urlOf(target, service),
      TRIAD_OIDC_ACCOUNTS: accountsOf(
        { push: 'service', invoker: 'service', scheduler: 'operator', deployer: 'operator' },
        target,
        environment.people,
      ),
      TRIAD_DATABASE_URL: secrets['triad-database-url'],
      TRIAD_ALARM_CHANNELS: isolated ? '{}' : secrets['triad-alarm-channels'],
      // Its own health page, where no monitor outside is told: an alert misses the line in the log.
      TRIAD_DEADMAN_URL: environment.deadmanUrl ?? 'http://127.0.0.1:4180/healthz',
      PGDATABASE: databaseOf(target.namespace),
    },
  };
}

const probesAt = (port: number): Pick<ServiceSpec, 'startupProbe' | 'livenessProbe'> => ({
  startupProbe: {
    path: '/readyz',
    port,
    initialDelaySeconds: 0,
    periodSeconds: 2,
    timeoutSeconds: 2,
    failureThreshold: 60,
  },
  livenessProbe: {
    path: '/healthz',
    port,
    initialDelaySeconds: 0,
    periodSeconds: 30,
    timeoutSeconds: 5,
    failureThreshold: 4,
  },
});

type Account = keyof Target['environment']['serviceAccounts'];

/** Who may ask, by e-mail, and with which role. */
const accountsOf = (
  roles: Partial<Record<Account, Role>>,
  { environment }: Target,
  people: Target['environment']['people'] = {},
): string => {
  const own = Object.entries(roles).map(([account, role]) => [
    environment.serviceAccounts[account as Account],
    role,
  ]);
  return JSON.stringify({ ...people, ...Object.fromEntries(own) });
};

const commonEnvironment = (target: Target): Record<string, string> => ({
  TRIAD_PROFILE: 'gcp',
  TRIAD_HOST: '0.0.0.0',
  TRIAD_HOME: '/tmp/triad',
  TRIAD_GCP_PROJECT: target.environment.project,
  TRIAD_GCP_REGION: target.environment.region,
  TRIAD_NAMESPACE: target.namespace,
  TRIAD_BUCKET: target.environment.bucket,
  TRIAD_JOB_IMAGES: JSON.stringify(
    Object.fromEntries(
      jobImages.map((image) => [image, `${target.environment.images}/${image}:${target.revision}`]),
    ),
  ),
  TRIAD_CODE_REVISION: target.revision,
  TRIAD_ORCHESTRATOR_URL: urlOf(target, 'orchestrator'),
  TRIAD_INVOKER_URL: urlOf(target, 'invoker'),
});
