import { fingerprint } from './differences.ts';

/** What a deployment consists of. Specifications hold what Triad decides, and nothing that a cloud adds. */
export type Resource =
  | Of<'prefix', PrefixSpec>
  | Of<'topic', TopicSpec>
  | Of<'dataset', DatasetSpec>
  | Of<'database', DatabaseSpec>
  | Of<'service', ServiceSpec>
  | Of<'subscription', SubscriptionSpec>
  | Of<'schedule', ScheduleSpec>;

/** A job that a service started, and that is under way. Nobody deploys one: a teardown ends it. */
export interface Job {
  kind: 'cloud-run-job' | 'vertex-job';
  /** Unique within its kind, project and region. */
  name: string;
}
export type JobKind = Job['kind'];

export type Kind = Resource['kind'];
export type ResourceOf<K extends Kind> = Extract<Resource, { kind: K }>;

interface Of<K extends string, Spec> {
  kind: K;
  /** Unique within its kind and project. */
  name: string;
  /** Always empty for a database, which has none. */
  labels: Readonly<Record<string, string>>;
  spec: Spec;
}

/** A folder of the bucket, whose name ends in `/`; it goes with all that is in it. */
export interface PrefixSpec {
  bucket: string;
}

export interface TopicSpec {
  retentionSeconds: number;
  /** Where its messages are stored. */
  region: string;
}

export interface DatasetSpec {
  location: string;
}

/** A database of an instance of Cloud SQL. */
export interface DatabaseSpec {
  instance: string;
}

export interface SubscriptionSpec {
  /** Its topic's name. */
  topic: string;
  /** Without one, messages wait until somebody pulls them. */
  push: { endpoint: string; audience: string; account: string } | null;
  ackDeadlineSeconds: number;
  retentionSeconds: number;
  ordered: boolean;
  backoff: { minimumSeconds: number; maximumSeconds: number } | null;
  deadLetters: { topic: string; attempts: number } | null;
  /** How long it may be without any use; null for as long as you like. */
  expiresAfterSeconds: number | null;
}

export interface ScheduleSpec {
  cron: string;
  timeZone: string;
  url: string;
  audience: string;
  account: string;
  deadlineSeconds: number;
}

/** A service of Cloud Run: its newest revision, and which of its revisions are asked. */
export interface ServiceSpec {
  /** Name of the revision, `<service>-r<12 digits of the commit>-<4 of the rest>`. */
  revision: string;
  image: string;
  account: string;
  port: number;
  cpu: string;
  memory: string;
  minInstances: number;
  maxInstances: number;
  /** Whether it has a processor only while it is asked. */
  cpuIdle: boolean;
  startupCpuBoost: boolean;
  /** Requests to one instance at a time. */
  concurrency: number;
  /** Of a request. */
  timeoutSeconds: number;
  /** In Cloud Run's words. */
  executionEnvironment: string;
  startupProbe: Probe | null;
  livenessProbe: Probe | null;
  environment: Readonly<Record<string, string>>;
  /** Variables whose values Cloud Run takes from Secret Manager. Triad sets none. */
  secretVariables: Readonly<Record<string, { secret: string; version: string }>>;
  /** From where requests may come, in Cloud Run's words: `INGRESS_TRAFFIC_ALL` is from everywhere. */
  ingress: string;
  /** Whether Cloud Run leaves it to the service to check its callers. */
  invokerIamDisabled: boolean;
  /** A Cloud SQL instance to reach by socket, as `project:region:instance`. */
  database: string | null;
  /**
   * Whether a new revision starts no instance before it is asked. Otherwise Cloud Run starts one to
   * see whether it becomes ready, also of a revision without traffic.
   */
  healthCheckDisabled: boolean;
  traffic: readonly Traffic[];
}

/** How Cloud Run learns whether an instance is well. */
export interface Probe {
  /** Null for a probe that is no request by HTTP. */
  path: string | null;
  port: number;
  initialDelaySeconds: number;
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

export interface Traffic {
  /** A revision's name. */
  revision: string;
  percent: number;
  /** An alias; each at most once in a service. */
  tag: string | null;
}

export const keyOf = ({ kind, name }: { kind: Kind | JobKind; name: string }): string =>
  `${kind}/${name}`;

/**
 * The name of a service's revision: of its commit, and of what it was started with, since a cloud
 * gives no two of these one name.
 */
export const revisionName = (service: string, commit: string, definition: unknown): string =>
  `${revisionStart(service, commit)}-${fingerprint(definition).slice(0, 4)}`;

/** Whether a revision is of that commit, or of one that begins so. */
export const isRevisionOf = (revision: string, service: string, commit: string): boolean =>
  revision.startsWith(revisionStart(service, commit));

const revisionStart = (service: string, commit: string) => `${service}-r${commit.slice(0, 12)}`;

/** The labels that Triad looks at. Values are lower-case letters, digits, `-` and `_`, at most 63. */
export const label = {
  namespace: 'triad-namespace',
  branch: 'triad-branch',
  /** The last day, as YYYY-MM-DD. */
  expires: 'triad-expires',
  /** Of the specification as Triad set it: it tells a change by hand from one of ours. */
  fingerprint: 'triad-fingerprint',
} as const;
