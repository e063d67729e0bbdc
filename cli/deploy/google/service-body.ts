import type { ResourceOf, ServiceSpec, Traffic } from '../resource.ts';
import { probeBodyOf, probeOf, type RunProbe } from './probe-body.ts';
import { type Labels, secondsOf, shortName } from './resource-api.ts';

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
  env?: Variable[];
  resources?: { limits?: Labels; cpuIdle?: boolean; startupCpuBoost?: boolean };
  startupProbe?: RunProbe;
  livenessProbe?: RunProbe;
  volumeMounts?: { name: string; mountPath: string }[];
}

interface Variable {
  name: string;
  value?: string;
  valueSource?: { secretKeyRef?: { secret?: string; version?: string } };
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
      executionEnvironment: spec.executionEnvironment,
      maxInstanceRequestConcurrency: spec.concurrency,
      timeout: `${spec.timeoutSeconds}s`,
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
  const { startupProbe, livenessProbe } = spec;
  const secrets = Object.entries(spec.secretVariables);
  return {
    image: spec.image,
    ports: [{ containerPort: spec.port }],
    env: [
      ...Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
      ...secrets.map(([name, secretKeyRef]) => ({ name, valueSource: { secretKeyRef } })),
    ],
    resources: {
      limits: { cpu: spec.cpu, memory: spec.memory },
      cpuIdle: spec.cpuIdle,
      startupCpuBoost: spec.startupCpuBoost,
    },
    ...(startupProbe && { startupProbe: probeBodyOf(startupProbe) }),
    ...(livenessProbe && { livenessProbe: probeBodyOf(livenessProbe) }),
    ...(spec.database !== null && { volumeMounts: [{ name: sockets, mountPath: '/cloudsql' }] }),
  };
}

export function resourceOf(service: RunService): ResourceOf<'service'> {
  const { template = {}, labels = {} } = service;
  const container = template.containers?.[0] ?? {};
  const port = container.ports?.[0]?.containerPort ?? 8080;
  const newest = template.revision ?? shortName(service.latestCreatedRevision ?? '');
  return {
    kind: 'service',
    name: shortName(service.name ?? ''),
    labels,
    spec: {
      revision: newest,
      image: container.image ?? '',
      account: template.serviceAccount ?? '',
      port,
      cpu: container.resources?.limits?.cpu ?? '1',
      memory: container.resources?.limits?.memory ?? '512Mi',
      minInstances: service.scaling?.minInstanceCount ?? 0,
      maxInstances: template.scaling?.maxInstanceCount ?? 100,
      // Google leaves out what is false, and fills in what nobody set.
      cpuIdle: container.resources?.cpuIdle ?? false,
      startupCpuBoost: container.resources?.startupCpuBoost ?? false,
      concurrency: template.maxInstanceRequestConcurrency ?? 80,
      timeoutSeconds: secondsOf(template.timeout ?? '300s'),
      executionEnvironment: template.executionEnvironment ?? 'EXECUTION_ENVIRONMENT_UNSPECIFIED',
      startupProbe: probeOf(container.startupProbe, port),
      livenessProbe: probeOf(container.livenessProbe, port),
      ...variablesOf(container.env),
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

function variablesOf(all: Variable[] = []): Pick<ServiceSpec, 'environment' | 'secretVariables'> {
  const plain = all.filter(({ valueSource }) => valueSource === undefined);
  return {
    environment: Object.fromEntries(plain.map(({ name, value = '' }) => [name, value])),
    secretVariables: Object.fromEntries(
      all.flatMap(({ name, valueSource }) => {
        if (valueSource === undefined) return [];
        const { secret = '', version = 'latest' } = valueSource.secretKeyRef ?? {};
        return [[name, { secret, version }]];
      }),
    ),
  };
}
