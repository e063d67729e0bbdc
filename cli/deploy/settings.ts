import { loadConfig, variableNames } from '@triad/shared/config/config.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';

/** What nobody sets for an environment. */
const notSettings: ReadonlySet<string> = new Set([
  // A deployment tells its services these; a test compares them.
  'TRIAD_PROFILE',
  'TRIAD_HOST',
  'TRIAD_HOME',
  'TRIAD_GCP_PROJECT',
  'TRIAD_GCP_REGION',
  'TRIAD_NAMESPACE',
  'TRIAD_BUCKET',
  'TRIAD_JOB_IMAGES',
  'TRIAD_JOB_SERVICE_ACCOUNTS',
  'TRIAD_CODE_REVISION',
  'TRIAD_ORCHESTRATOR_URL',
  'TRIAD_INVOKER_URL',
  'TRIAD_OIDC_AUDIENCE',
  'TRIAD_OIDC_ACCOUNTS',
  'TRIAD_DATABASE_URL',
  'TRIAD_ALARM_CHANNELS',
  'TRIAD_DEADMAN_URL',
  // These follow from how it deploys: containers have their ports, subscriptions push.
  'TRIAD_ORCHESTRATOR_PORT',
  'TRIAD_INVOKER_PORT',
  'TRIAD_AUTH',
  'TRIAD_PUBSUB_DELIVERY',
  // Whose tokens are believed, and where data goes: Google's, whatever the file says.
  'TRIAD_OIDC_ISSUER',
  'TRIAD_OIDC_KEYS',
  'TRIAD_CLOUD_STORAGE_ENDPOINT',
  'TRIAD_PUBSUB_ENDPOINT',
  'TRIAD_BIGQUERY_ENDPOINT',
  'TRIAD_VERTEX_ENDPOINT',
  'TRIAD_RUN_ENDPOINT',
  // Where the command asks; services ask each other.
  'TRIAD_URL',
  // Secrets, and what is told to a job alone.
  'TRIAD_TOKEN',
  'TRIAD_SERVICE_TOKEN',
  'TRIAD_JOB',
  'TRACEPARENT',
]);

/**
 * The alert 'Triad is silent' waits for a line of the dead man's switch, at least one in five minutes:
 * with other values it would fire for as long as all is well. Terraform's `settings` has the same.
 */
const alertNeeds: Readonly<Record<string, [fits: (value: string) => boolean, expected: string]>> = {
  TRIAD_LOG_LEVEL: [(level) => level === 'info' || level === 'debug', 'info or debug'],
  TRIAD_WATCHER: [(watcher) => watcher === 'on', 'on'],
  TRIAD_DEADMAN_SECONDS: [(seconds) => Number(seconds) <= 120, 'at most 120'],
};

/** Without these the profile reads nothing else. */
const anyDeployment = {
  TRIAD_PROFILE: 'gcp',
  TRIAD_GCP_PROJECT: 'any',
  TRIAD_GCP_REGION: 'any',
  TRIAD_NAMESPACE: 'any',
  TRIAD_BUCKET: 'any',
};

/** Variables of both services by their names, beside those that a deployment sets itself. */
export const settings = z.record(z.string(), z.string()).superRefine((given, context) => {
  const refuse = (path: string[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  for (const name of Object.keys(given)) {
    if (!variableNames.includes(name)) refuse([name], 'is no variable that Triad reads');
    else if (notSettings.has(name)) refuse([name], 'is not for an environment to set');
  }
  for (const [name, [fits, expected]] of Object.entries(alertNeeds)) {
    const value = given[name];
    if (value === undefined || fits(value)) continue;
    refuse([name], `expected ${expected}, or the alert that Triad is silent would never end`);
  }
  try {
    loadConfig({ ...given, ...anyDeployment });
  } catch (error) {
    // A service would not start with it.
    refuse([], toTriadError(error).message);
  }
});
