import type { ResourceOf } from '../resource.ts';
import { type Labels, type Place, type ResourceApi, secondsOf, shortName } from './resource-api.ts';

/** https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
interface Job {
  name: string;
  description?: string;
  schedule?: string;
  timeZone?: string;
  attemptDeadline?: string;
  httpTarget?: {
    uri?: string;
    httpMethod?: string;
    oidcToken?: { serviceAccountEmail?: string; audience?: string };
  };
}

const about = "Asks Triad's orchestrator for a round of due ticks.";
const changeable = ['description', 'schedule', 'timeZone', 'attemptDeadline', 'httpTarget'];

/** Cloud Scheduler knows no labels: they are in the description, behind what it says to people. */
export function scheduleApi({ rest, environment }: Place): ResourceApi<'schedule'> {
  const parent = `projects/${environment.project}/locations/${environment.region}/jobs`;
  const address = `https://cloudscheduler.googleapis.com/v1/${parent}`;
  const bodyOf = ({ name, labels, spec }: ResourceOf<'schedule'>): Job => ({
    name: `${parent}/${name}`,
    description: describe(labels),
    schedule: spec.cron,
    timeZone: spec.timeZone,
    attemptDeadline: `${spec.deadlineSeconds}s`,
    httpTarget: {
      uri: spec.url,
      httpMethod: 'POST',
      oidcToken: { serviceAccountEmail: spec.account, audience: spec.audience },
    },
  });
  return {
    async list(namespace) {
      const name = `${namespace}-triad-tick`;
      const action = `look for schedule ${name}`;
      const found = await rest.ask({ url: `${address}/${name}`, action, mayBeMissing: true });
      return found === undefined ? [] : [resourceOf(found as Job)];
    },
    async create(resource) {
      const action = `make schedule ${resource.name}`;
      const body = bodyOf(resource);
      await rest.ask({ method: 'POST', url: address, action, body, creates: true });
    },
    async update(resource) {
      const { name } = resource;
      const url = `${address}/${name}`;
      const action = `change schedule ${name}`;
      const there = (await rest.ask({ url, action })) as Job;
      const labels = { ...labelsIn(there.description), ...resource.labels };
      await rest.ask({
        method: 'PATCH',
        url: `${url}?updateMask=${changeable.join(',')}`,
        action,
        body: bodyOf({ ...resource, labels }),
      });
    },
    async delete(name) {
      const action = `delete schedule ${name}`;
      await rest.ask({ method: 'DELETE', url: `${address}/${name}`, action, mayBeMissing: true });
    },
  };
}

const describe = (labels: Labels): string =>
  [about, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(' ');

const labelsIn = (description = ''): Labels =>
  Object.fromEntries(
    [...description.matchAll(/\b(triad-[a-z]+)=([a-z0-9_-]+)/g)].map(([, key, value]) => [
      key,
      value,
    ]),
  );

function resourceOf(job: Job): ResourceOf<'schedule'> {
  const { httpTarget } = job;
  return {
    kind: 'schedule',
    name: shortName(job.name),
    labels: labelsIn(job.description),
    spec: {
      cron: job.schedule ?? '',
      timeZone: job.timeZone ?? '',
      url: httpTarget?.uri ?? '',
      audience: httpTarget?.oidcToken?.audience ?? '',
      account: httpTarget?.oidcToken?.serviceAccountEmail ?? '',
      deadlineSeconds: secondsOf(job.attemptDeadline),
    },
  };
}
