import { loadConfig } from '@triad/shared/config/config.ts';
import type { GoogleCloudConfig } from '@triad/shared/config/google-cloud.ts';
import { topic as topicNames } from '@triad/shared/contracts/topics.ts';
import { orNothing, rpcCode } from '@triad/shared/http/rpc-code.ts';
import { openPubsub } from '@triad/shared/messenger/pubsub-client.ts';
import { delivery, subscriptions, topics } from './messaging.ts';

/*
 * node prepare.ts: makes in the emulators what Terraform makes in a project: the bucket, the topics and
 * the subscriptions. These are pulled from by tests/emulators/identity, which pushes with tokens, so they
 * have no push endpoint. What is there already stays. For docker/compose.emulators.yml.
 */

const CONFLICT = 409;
const LIMIT_MS = 10_000;

async function make(what: string, creation: Promise<unknown>): Promise<void> {
  await orNothing(creation, rpcCode.alreadyExists);
  process.stdout.write(`${what}\n`);
}

async function makeMessaging({ project, namespace, endpoints }: GoogleCloudConfig): Promise<void> {
  const pubsub = await openPubsub({ project, endpoint: endpoints.pubsub });
  const topicOf = (name: string) => `projects/${project}/topics/${namespace}-${name}`;
  for (const name of topics) await make(`topic ${name}`, pubsub.createTopic(topicOf(name)));
  const { minimumSeconds, maximumSeconds } = delivery.backoff;
  for (const { name, topic, isOrdered } of subscriptions) {
    const options = {
      ackDeadlineSeconds: delivery.ackDeadlineSeconds,
      enableMessageOrdering: isOrdered,
      retryPolicy: {
        minimumBackoff: { seconds: minimumSeconds },
        maximumBackoff: { seconds: maximumSeconds },
      },
      ...(topic !== topicNames.deadLetters && {
        deadLetterPolicy: {
          deadLetterTopic: topicOf(topicNames.deadLetters),
          maxDeliveryAttempts: delivery.attempts,
        },
      }),
    };
    const creation = pubsub.createSubscription(topicOf(topic), `${namespace}-${name}`, options);
    await make(`subscription ${name}`, creation);
  }
  await pubsub.close();
}

async function makeBucket({ project, bucket: name }: GoogleCloudConfig, url: string) {
  const answer = await fetch(`${url}/storage/v1/b?project=${project}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== CONFLICT) {
    throw new Error(`the bucket cannot be made: ${answer.status} ${text}`);
  }
  process.stdout.write(`bucket ${name}\n`);
}

const { googleCloud, cloudStorageEndpoint } = loadConfig();
if (!googleCloud?.endpoints.pubsub || cloudStorageEndpoint === undefined) {
  throw new Error('it is for the profile gcp on emulators of Pub/Sub and Cloud Storage');
}
await makeBucket(googleCloud, cloudStorageEndpoint);
await makeMessaging(googleCloud);
