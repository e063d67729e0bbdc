import { label } from '../resource.ts';
import type { GoogleStatus } from './google-error.ts';
import { type Place, type ResourceApi, shortName } from './resource-api.ts';
import { type RunOperation, runFinished, runRoot } from './run-operation.ts';
import { bodyOf, type RunService, resourceOf } from './service-body.ts';

interface Revision {
  name: string;
  createTime?: string;
}

export interface Services extends ResourceApi<'service'> {
  /** Names, newest first. */
  revisions(service: string): Promise<string[]>;
}

export function serviceApi({ rest, environment }: Place): Services {
  const { project, region } = environment;
  const address = `${runRoot}/projects/${project}/locations/${region}/services`;
  const finished = (answer: unknown, action: string) => runFinished(rest, answer, action);
  const ready = (name: string, action: string) =>
    rest.wait(action, async () =>
      endOf((await rest.ask({ url: `${address}/${name}`, action })) as RunService),
    );
  return {
    async list(namespace) {
      const asked = { url: `${address}?pageSize=100`, action: 'list services' };
      const found = (await rest.all(asked, 'services')) as RunService[];
      return found.filter(({ labels }) => labels?.[label.namespace] === namespace).map(resourceOf);
    },
    async create({ name, labels, spec }) {
      const action = `make service ${name}`;
      const url = `${address}?serviceId=${name}`;
      // Its first revision gets all, whatever its traffic says: there is no other.
      const body = bodyOf(spec, labels);
      const asked = { method: 'POST', url, action, body, creates: true } as const;
      const operation = (await rest.ask(asked)) as RunOperation;
      if (operation.name !== undefined) await finished(operation, action);
      // An earlier attempt made it, and no answer named its operation.
      else await ready(name, action);
    },
    async update({ name, labels, spec }) {
      const action = `change service ${name}`;
      const url = `${address}/${name}`;
      const there = (await rest.ask({ url, action })) as RunService;
      // With the etag nobody else's change in between is lost.
      const { etag } = there;
      const body = { ...bodyOf(spec, { ...there.labels, ...labels }), ...(etag && { etag }) };
      await finished(await rest.ask({ method: 'PATCH', url, action, body }), action);
    },
    async delete(name) {
      const action = `delete service ${name}`;
      const asked = { method: 'DELETE', url: `${address}/${name}`, action } as const;
      await finished(await rest.ask({ ...asked, mayBeMissing: true }), action);
    },
    async revisions(service) {
      const url = `${address}/${service}/revisions?pageSize=100`;
      const action = `list revisions of ${service}`;
      const found = (await rest.all(
        { url, action, mayBeMissing: true },
        'revisions',
      )) as Revision[];
      return found
        .toSorted(({ createTime: a = '' }, { createTime: b = '' }) => (a < b ? 1 : a > b ? -1 : 0))
        .map(({ name }) => shortName(name));
    },
  };
}

/** How what is under way at a service ended: `undefined` while it has not, otherwise its error or null. */
function endOf({ reconciling, terminalCondition }: RunService): GoogleStatus | null | undefined {
  const { state, message } = terminalCondition ?? {};
  if (reconciling) return undefined;
  if (state === 'CONDITION_SUCCEEDED') return null;
  return state === 'CONDITION_FAILED' ? { code: 9, ...(message && { message }) } : undefined;
}
