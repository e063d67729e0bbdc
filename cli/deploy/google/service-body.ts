import type { ResourceOf, ServiceSpec, Traffic } from '../resource.ts';
import { type Labels, shortName } from './resource-api.ts';

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services */
export interface RunService {
  name?: string;
  labels?: Labels;
  ingress?: string;
  invokerIamDisabled?: boolean;
  scaling?: { minInstanceCount?: number };
  template?: {
    revision?: string;
    serviceAccount?: string;
    executionEnvironment?: string;
    maxInstanceRequestConcurrency?: number;
    timeout?: string;
    healthCheckDisabled?: boolean;
    scaling?: { maxInstanceCount?: number };
    containers?: Container[];
    volumes?: { name: string; cloudSqlInstance?: { instances?: string[] } }[];
  };
  traffic?: { type?: string; revision?: string; percent?: number; tag?: string }[];
  /** Whether a change of it is under way. */
  reconciling?: boolean;
  /** How the last change ended. */
  terminalCondition?: { state?: string; message?: string };
  latestCreatedRevision?: string;
  etag?: string;
}

interface Container {
  image?: string;
  ports?: { containerPort?: number }[];
  env?: { name: string; value?: string }[];
  resources?: { limits?: Labels; cpuIdle?: boolean; startupCpuBoost?: boolean };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  volumeMounts?: { name: string; mountPath: string }[];
}

interface Probe {
  httpGet: { path: string; port: number };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const named = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
const sockets = 'cloudsql';

/** The same as in docker/terraform/modules/service. */
export function bodyOf(spec: ServiceSpec, labels: Labels): RunService {
  return {
    labels,
    ingress: spec.ingress,
    invokerIamDisabled: spec.invokerIamDisabled,
    // Of the service, not of its revisions: one without traffic must not run.
    scaling: { minInstanceCount: spec.minInstances },
    template: {
      revision: spec.revision,
      serviceAccount: spec.account,
      executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
      maxInstanceRequestConcurrency: 80,
      timeout: '300s',
      healthCheckDisabled: spec.healthCheckDisabled,
      scaling: { maxInstanceCount: spec.maxInstances },
      containers: [containerOf(spec)],
      ...(spec.database !== null && {
        volumes: [{ name: sockets, cloudSqlInstance: { instances: [spec.database] } }],
      }),
    },
    traffic: spec.traffic.map(({ revision, percent, tag }) => ({
      // The revision that this very request makes cannot be named yet.
      ...(revision === spec.revision ? { type: latest } : { type: named, revision }),
      percent,
      ...(tag !== null && { tag }),
    })),
  };
}

function containerOf(spec: ServiceSpec): Container {
  const probe = (path: string, rest: Omit<Probe, 'httpGet'>): Probe => ({
    httpGet: { path, port: spec.port },
    ...rest,
  });
  return {
    image: spec.image,
    ports: [{ containerPort: spec.port }],
    env: Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
    // Both work between requests: loops of the orchestrator, jobs that the invoker watches.
    resources: {
      limits: { cpu: spec.cpu, memory: spec.memory },
      cpuIdle: false,
      startupCpuBoost: true,
    },
    startupProbe: probe('/readyz', { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 }),
    livenessProbe: probe('/healthz', { periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 4 }),
    ...(spec.database !== null && { volumeMounts: [{ name: sockets, mountPath: '/cloudsql' }] }),
  };
}

export function resourceOf(service: RunService): ResourceOf<'service'> {
  const { template = {}, labels = {} } = service;
  const container = template.containers?.[0] ?? {};
  const newest = template.revision ?? shortName(service.latestCreatedRevision ?? '');
  return {
    kind: 'service',
    name: shortName(service.name ?? ''),
    labels,
    spec: {
      revision: newest,
      image: container.image ?? '',
      account: template.serviceAccount ?? '',
      port: container.ports?.[0]?.containerPort ?? 8080,
      cpu: container.resources?.limits?.cpu ?? '1',
      memory: container.resources?.limits?.memory ?? '512Mi',
      minInstances: service.scaling?.minInstanceCount ?? 0,
      maxInstances: template.scaling?.maxInstanceCount ?? 100,
      environment: Object.fromEntries(
        (container.env ?? []).map(({ name, value = '' }) => [name, value]),
      ),
      // As the API has it where a service does not say.
      ingress: service.ingress ?? 'INGRESS_TRAFFIC_ALL',
      invokerIamDisabled: service.invokerIamDisabled ?? false,
      healthCheckDisabled: template.healthCheckDisabled ?? false,
      database: template.volumes?.[0]?.cloudSqlInstance?.instances?.[0] ?? null,
      traffic: (service.traffic ?? []).map(
        (part): Traffic => ({
          revision: part.type === latest ? newest : shortName(part.revision ?? ''),
          percent: part.percent ?? 0,
          tag: part.tag ?? null,
        }),
      ),
    },
  };
}
