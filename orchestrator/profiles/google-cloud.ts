import { googleIdentity } from '@triad/shared/access/oidc/configured-oidc.ts';
import { configuredBucket } from '@triad/shared/artifacts/configured-bucket.ts';
import type { GoogleCloudConfig } from '@triad/shared/config/google-cloud.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { PubSubHub } from '@triad/shared/messenger/pubsub-hub.ts';
import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPulls } from '@triad/shared/messenger/pubsub-pulls.ts';
import { z } from 'zod';
import { route } from '../api/route.ts';
import type { ProfileOptions } from './open-profile.ts';
import type { OrchestratorProfile } from './profile.ts';

/** A bucket, and Pub/Sub. */
export async function googleCloudProfile(
  { config, messages, clock, ids, random, log, users, receive }: ProfileOptions,
  cloud: GoogleCloudConfig,
): Promise<OrchestratorProfile> {
  const { project, namespace, endpoints } = cloud;
  const artifacts = configuredBucket(config, clock, cloud);
  const pulls =
    cloud.delivery === 'pull'
      ? new PubsubPulls(
          { project, namespace, endpoint: endpoints.pubsub, clock, random, log },
          {
            orchestrator: receive,
            'dead-letters': (envelope) => messenger.keepDeadLetter(envelope),
          },
        )
      : undefined;
  const messenger: PubSubHub = new PubSubHub({
    publisher: new PubsubMessenger({
      project,
      namespace,
      endpoint: endpoints.pubsub,
      artifacts,
      checked: [topic.commands],
    }),
    store: messages,
    topics: { invoker: topic.commands, orchestrator: topic.outcomes },
    namespace,
    pulls,
    clock,
    ids,
  });
  const identity = await googleIdentity(cloud, config.orchestrator.url, {
    clock,
    log,
    others: users,
  });
  return {
    artifacts,
    messenger,
    // BigQuery takes as many writers as there are.
    poolSizes: new Map(Object.entries(config.pools)),
    jobs: Object.keys(cloud.jobs.images),
    authenticate: identity.authenticate,
    token: identity.token,
    routes: [
      route({
        method: 'post',
        path: '/pubsub/dead-letters',
        summary: 'Keep a message that Pub/Sub gave up: a push request of the dead-letter topic.',
        role: 'service',
        body: z.looseObject({}),
        status: 204,
        handle: ({ body }) => messenger.keepDeadLetter(body),
      }),
    ],
  };
}
