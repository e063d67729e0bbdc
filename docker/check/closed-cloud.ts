/** The profile `gcp`, with all services of Google at a port of this machine that nobody listens on. */
export function closedCloud(port: number): Record<string, string> {
  const closed = `127.0.0.1:${port}`;
  const account = 'triad@triad-check.iam.gserviceaccount.com';
  return {
    TRIAD_PROFILE: 'gcp',
    TRIAD_GCP_PROJECT: 'triad-check',
    TRIAD_GCP_REGION: 'europe-west1',
    TRIAD_NAMESPACE: 'check',
    TRIAD_BUCKET: 'triad-check',
    TRIAD_JOB_IMAGES: JSON.stringify({ trainer: 'localhost/triad-check/trainer:local' }),
    TRIAD_PUBSUB_ENDPOINT: closed,
    TRIAD_CLOUD_STORAGE_ENDPOINT: `http://${closed}`,
    TRIAD_BIGQUERY_ENDPOINT: `http://${closed}`,
    TRIAD_VERTEX_ENDPOINT: closed,
    TRIAD_RUN_ENDPOINT: closed,
    TRIAD_ORCHESTRATOR_URL: `http://${closed}`,
    TRIAD_OIDC_KEYS: `http://${closed}/certs`,
    TRIAD_OIDC_ACCOUNTS: JSON.stringify({ [account]: 'service' }),
    GCE_METADATA_HOST: closed,
    METADATA_SERVER_DETECTION: 'assume-present',
  };
}
