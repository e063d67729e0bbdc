/*
 * node prepare.ts: makes in the emulators what Terraform makes in a project: the bucket, the topics and
 * the subscriptions. What is there already stays. For docker/compose.emulators.yml.
 */

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
};

const project = variable('TRIAD_GCP_PROJECT');
const namespace = variable('TRIAD_NAMESPACE');
const pubsub = `http://${variable('TRIAD_PUBSUB_ENDPOINT')}/v1/projects/${project}`;
const storage = variable('TRIAD_CLOUD_STORAGE_ENDPOINT');

const CONFLICT = 409;
const LIMIT_MS = 10_000;

async function make(method: 'PUT' | 'POST', url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== CONFLICT) {
    throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  }
  process.stdout.write(`${method} ${url}: ${answer.status}\n`);
}

await make('POST', `${storage}/storage/v1/b?project=${project}`, {
  name: variable('TRIAD_BUCKET'),
});

const fullName = (kind: 'topics' | 'subscriptions', name: string) =>
  `projects/${project}/${kind}/${namespace}-${name}`;
for (const topic of ['triad-commands', 'triad-outcomes', 'triad-dead-letters']) {
  await make('PUT', `${pubsub}/topics/${namespace}-${topic}`, {});
}
const receivers = {
  'triad-commands': { name: 'invoker', url: variable('TRIAD_INVOKER_URL') },
  'triad-outcomes': { name: 'orchestrator', url: variable('TRIAD_ORCHESTRATOR_URL') },
};
for (const [topic, { name, url }] of Object.entries(receivers)) {
  await make('PUT', `${pubsub}/subscriptions/${namespace}-${topic}-${name}`, {
    topic: fullName('topics', topic),
    ackDeadlineSeconds: 60,
    enableMessageOrdering: true,
    pushConfig: { pushEndpoint: `${url}/pubsub/push` },
    retryPolicy: { minimumBackoff: '1s', maximumBackoff: '60s' },
    deadLetterPolicy: {
      deadLetterTopic: fullName('topics', 'triad-dead-letters'),
      maxDeliveryAttempts: 10,
    },
  });
}
await make('PUT', `${pubsub}/subscriptions/${namespace}-triad-dead-letters`, {
  topic: fullName('topics', 'triad-dead-letters'),
});
