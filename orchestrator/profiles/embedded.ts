import { serviceOr } from '@triad/shared/access/service-token.ts';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { httpRequest } from '@triad/shared/http/http-request.ts';
import { httpPush, localPush } from '@triad/shared/messenger/push.ts';
import { defaultDeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import type { ProfileOptions } from './open-profile.ts';
import type { OrchestratorProfile } from './profile.ts';

/** A directory, and a messenger in this very process. */
export function embeddedProfile(options: ProfileOptions): OrchestratorProfile {
  const { config, messages, clock, ids, random, log, users, receive } = options;
  const { serviceToken: token } = config;
  return {
    artifacts: new DirectoryArtifactStore({ directory: homeLayout(config.home).artifacts }),
    messenger: new PushMessenger({
      store: messages,
      subscriptions: [
        {
          name: 'invoker',
          topic: topic.commands,
          push: httpPush({
            endpoint: `${config.invoker.url}/pubsub/push`,
            token,
            request: httpRequest,
          }),
        },
        { name: 'orchestrator', topic: topic.outcomes, push: localPush(receive) },
      ],
      clock,
      ids,
      random,
      log,
      policy: { ...defaultDeliveryPolicy, maxAttempts: config.deliveryAttempts },
    }),
    // DuckDB lets one process write.
    poolSizes: new Map([...Object.entries(config.pools), ['warehouse', 1]] as const),
    jobs: [...Object.keys(config.extraJobs), ...Object.keys(config.inProcessJobs)],
    authenticate: config.requiresToken ? serviceOr(requiredServiceToken(token), users) : undefined,
    token,
    routes: [],
  };
}
