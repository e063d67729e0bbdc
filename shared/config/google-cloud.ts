import { z } from 'zod';
import type { Role } from '../contracts/access.ts';
import { parseAccountRoles } from './account-roles.ts';
import { type JobImage, parseJobImages } from './job-images.ts';
import { parseLabels } from './labels.ts';
import { httpUrl, integer, parseVariables } from './parts.ts';

const hostAndPort = z.string().regex(/^[^\s:/]+:\d+$/, 'expected host:port');
const required = (what: string) =>
  z.string({ error: `expected ${what}` }).min(1, `expected ${what}`);
const gibibyte = 2 ** 30;

/** What the profile `gcp` reads besides the variables of every profile; none of it by default embedded. */
const variables = z.object({
  /** The Google Cloud project. */
  TRIAD_GCP_PROJECT: required('the id of a Google Cloud project'),
  /** Where jobs run and data lies, such as `europe-west1`. */
  TRIAD_GCP_REGION: required('a region, such as europe-west1'),
  /** Begins the names of topics, subscriptions and datasets, so that several systems share a project. */
  TRIAD_NAMESPACE: required('a namespace').regex(
    /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/,
    'expected at most 30 lower-case letters, digits and -, beginning with a letter',
  ),
  /** The bucket of all artifacts. */
  TRIAD_BUCKET: required('the name of a bucket'),
  /**
   * On every job of Vertex AI, Cloud Run and BigQuery, as `key=value,…`, so that cost can be told.
   */
  TRIAD_LABELS: z.string().default(''),
  /**
   * Images of jobs as a JSON object: name → image with its digest or tag, or
   * `{"image": …, "args": […]}`. `container` is what the images of container steps are built on;
   * `trainer-gpu` is for steps of the trainer that ask for an accelerator.
   */
  TRIAD_JOB_IMAGES: z.string().default('{}'),
  /**
   * The service accounts that jobs run as, as a JSON object: name → e-mail address, one for each job
   * that has an image; without it, all run as the platform's default one.
   */
  TRIAD_JOB_SERVICE_ACCOUNTS: z.string().optional(),
  /**
   * The VPC network that jobs on Vertex AI are peered with: `projects/<number>/global/networks/<name>`;
   * without it, none. Jobs on Cloud Run, which take a subnetwork instead, are in no network.
   */
  TRIAD_JOB_NETWORK: z.string().min(1).optional(),
  /** How long a step with `flexStart` waits for its machine, in seconds; 0 is without end. */
  TRIAD_FLEX_START_SECONDS: integer(0, 604_800).default(86_400),
  /** A statement that would read more than this fails before it costs anything, in GiB. */
  TRIAD_MAX_GIB_BILLED: integer(1, 1_000_000).default(100),
  /** Who signs the tokens of pushes and of calls between services. */
  TRIAD_OIDC_ISSUER: httpUrl.default('https://accounts.google.com'),
  /** Where its keys are. */
  TRIAD_OIDC_KEYS: httpUrl.default('https://www.googleapis.com/oauth2/v3/certs'),
  /** What a token for this service is made out to; by default the service's own URL. */
  TRIAD_OIDC_AUDIENCE: httpUrl.optional(),
  /** Who may push and ask by such a token, as a JSON object: e-mail address → role. */
  TRIAD_OIDC_ACCOUNTS: z.string().default('{}'),
  /**
   * How messages come to orchestrator and invoker. With `pull` they ask for them themselves, where
   * Pub/Sub cannot reach them; their subscriptions may have no push endpoint then.
   */
  TRIAD_PUBSUB_DELIVERY: z
    .enum(['push', 'pull'], { error: 'expected push or pull' })
    .default('push'),
  /** Emulators, which need no credentials; without them, Google's own. */
  TRIAD_PUBSUB_ENDPOINT: hostAndPort.optional(),
  TRIAD_BIGQUERY_ENDPOINT: httpUrl.optional(),
  TRIAD_VERTEX_ENDPOINT: hostAndPort.optional(),
  TRIAD_RUN_ENDPOINT: hostAndPort.optional(),
});

export const googleCloudVariables: readonly string[] = Object.keys(variables.shape);

export interface GoogleCloudConfig {
  project: string;
  region: string;
  namespace: string;
  bucket: string;
  /** Of whatever costs something, besides Triad's own. */
  labels: Readonly<Record<string, string>>;
  jobs: {
    /** By job name. */
    images: Readonly<Record<string, JobImage>>;
    /** Of jobs on Vertex AI. */
    network: string | undefined;
    /** How long a step with `flexStart` waits for its machine, in seconds; 0 is without end. */
    flexStartSeconds: number;
  };
  maximumBytesBilled: number;
  oidc: {
    issuer: string;
    keysUrl: string;
    /** Undefined for the service's own URL. */
    audience: string | undefined;
    accounts: ReadonlyMap<string, Role>;
  };
  delivery: 'push' | 'pull';
  /** Undefined for Google's own. */
  endpoints: Record<'pubsub' | 'bigQuery' | 'vertex' | 'run', string | undefined>;
}

/** The variables of the profile `gcp`. One that is missing or wrong is `CONFIG_INVALID`, naming it. */
export function googleCloudConfig(env: NodeJS.ProcessEnv): GoogleCloudConfig {
  const value = parseVariables(variables, env);
  return {
    project: value.TRIAD_GCP_PROJECT,
    region: value.TRIAD_GCP_REGION,
    namespace: value.TRIAD_NAMESPACE,
    bucket: value.TRIAD_BUCKET,
    labels: parseLabels('TRIAD_LABELS', value.TRIAD_LABELS),
    jobs: {
      images: parseJobImages(value.TRIAD_JOB_IMAGES, value.TRIAD_JOB_SERVICE_ACCOUNTS),
      network: value.TRIAD_JOB_NETWORK,
      flexStartSeconds: value.TRIAD_FLEX_START_SECONDS,
    },
    maximumBytesBilled: value.TRIAD_MAX_GIB_BILLED * gibibyte,
    oidc: {
      issuer: value.TRIAD_OIDC_ISSUER,
      keysUrl: value.TRIAD_OIDC_KEYS,
      audience: value.TRIAD_OIDC_AUDIENCE,
      accounts: parseAccountRoles('TRIAD_OIDC_ACCOUNTS', value.TRIAD_OIDC_ACCOUNTS),
    },
    delivery: value.TRIAD_PUBSUB_DELIVERY,
    endpoints: {
      pubsub: value.TRIAD_PUBSUB_ENDPOINT,
      bigQuery: value.TRIAD_BIGQUERY_ENDPOINT,
      vertex: value.TRIAD_VERTEX_ENDPOINT,
      run: value.TRIAD_RUN_ENDPOINT,
    },
  };
}
