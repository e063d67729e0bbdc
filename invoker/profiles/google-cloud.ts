import { googleIdentity } from '@triad/shared/access/oidc/configured-oidc.ts';
import { configuredBucket } from '@triad/shared/artifacts/configured-bucket.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { GoogleCloudConfig } from '@triad/shared/config/google-cloud.ts';
import { formatLabels } from '@triad/shared/config/labels.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { jobsByResources } from '@triad/shared/jobs/cloud/jobs-by-resources.ts';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPulls } from '@triad/shared/messenger/pubsub-pulls.ts';
import type { ProfileOptions } from './open-profile.ts';
import type { InvokerProfile } from './profile.ts';

/** Vertex AI and Cloud Run, a bucket, and Pub/Sub. */
export async function googleCloudProfile(
  { config, clock, random, log }: ProfileOptions,
  cloud: GoogleCloudConfig,
): Promise<InvokerProfile> {
  const { project, region: location, namespace, labels, endpoints, jobs } = cloud;
  const artifacts = configuredBucket(config, clock, cloud);
  const { images, network, flexStartSeconds } = jobs;
  const common = {
    project,
    location,
    namespace,
    labels,
    artifacts,
    clock,
    log,
    images,
    environment: jobEnvironment(config, cloud),
  };
  const machines = new VertexJobs({
    ...common,
    flexStartSeconds,
    ...(network !== undefined && { network }),
    ...(endpoints.vertex && { endpoint: hostAndPort(endpoints.vertex) }),
  });
  const tasks = new CloudRunJobs({
    ...common,
    ...(endpoints.run && { endpoint: hostAndPort(endpoints.run) }),
  });
  const messenger = new PubsubMessenger({
    project,
    namespace,
    endpoint: endpoints.pubsub,
    artifacts,
    checked: [topic.outcomes, topic.deadLetters],
  });
  let pulls: PubsubPulls | undefined;
  const { authenticate } = await googleIdentity(cloud, config.invoker.url, { clock, log });
  return {
    artifacts,
    jobs: jobsByResources(machines, tasks),
    messenger: {
      publish: (...message) => messenger.publish(...message),
      deadLetter: (...letter) => messenger.deadLetter(...letter),
      async check() {
        await Promise.all([messenger.check(), pulls?.check()]);
      },
    },
    authenticate,
    begin(receive) {
      if (cloud.delivery === 'push') return;
      const options = { project, namespace, endpoint: endpoints.pubsub, clock, random, log };
      pulls = new PubsubPulls(options, { invoker: receive });
      pulls.start();
    },
    async end() {
      await pulls?.close();
      await messenger.close();
    },
  };
}

/** What a job needs to find the same project, bucket and datasets; no secret is among it. */
function jobEnvironment(config: Config, cloud: GoogleCloudConfig): Record<string, string> {
  const { endpoints, maximumBytesBilled } = cloud;
  const given: Record<string, string | undefined> = {
    TRIAD_PROFILE: 'gcp',
    TRIAD_GCP_PROJECT: cloud.project,
    TRIAD_GCP_REGION: cloud.region,
    TRIAD_NAMESPACE: cloud.namespace,
    TRIAD_BUCKET: cloud.bucket,
    TRIAD_LABELS: formatLabels(cloud.labels),
    TRIAD_DATASET: config.dataset,
    TRIAD_MAX_GIB_BILLED: String(maximumBytesBilled / 2 ** 30),
    TRIAD_LOG_LEVEL: config.logLevel,
    TRIAD_CODE_REVISION: config.codeRevision,
    // The one place of a container that can be written to.
    TRIAD_HOME: '/tmp/triad',
    TRIAD_OTLP_URL: config.otlpUrl,
    TRIAD_CLOUD_STORAGE_ENDPOINT: config.cloudStorageEndpoint,
    TRIAD_BIGQUERY_ENDPOINT: endpoints.bigQuery,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Of `host:port`. */
function hostAndPort(endpoint: string): { host: string; port: number } {
  const [host = '', port] = endpoint.split(':');
  return { host, port: Number(port) };
}
