import { databaseOf } from '../service-definitions.ts';
import type { GoogleStatus } from './google-error.ts';
import type { Place, ResourceApi } from './resource-api.ts';

/** https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/operations */
interface Operation {
  name: string;
  status?: string;
  error?: { errors?: { message?: string }[] };
}

export function databaseApi({ rest, environment }: Place): ResourceApi<'database'> {
  const { project, databaseInstance: instance } = environment;
  const root = `https://sqladmin.googleapis.com/v1/projects/${project}`;
  const address = `${root}/instances/${instance}/databases`;
  const finished = (operation: Operation | undefined, action: string) =>
    operation?.name === undefined
      ? Promise.resolve()
      : rest.wait(action, async () => {
          const url = `${root}/operations/${operation.name}`;
          return endOf((await rest.ask({ url, action })) as Operation);
        });
  const made = (name: string, action: string) =>
    rest.wait(action, async () => {
      const url = `${address}/${name}`;
      return (await rest.ask({ url, action, mayBeMissing: true })) ? null : undefined;
    });
  return {
    async list(namespace) {
      const name = databaseOf(namespace);
      const url = `${address}/${name}`;
      const action = `look for database ${name}`;
      const found = await rest.ask({ url, action, mayBeMissing: true });
      return found === undefined
        ? []
        : [{ kind: 'database', name, labels: {}, spec: { instance } }];
    },
    async create({ name }) {
      const action = `make database ${name}`;
      const body = { project, instance, name };
      const asked = { method: 'POST', url: address, action, body, creates: true } as const;
      const operation = (await rest.ask(asked)) as Operation;
      if (operation.name !== undefined) await finished(operation, action);
      // An earlier attempt began it, and no answer named its operation.
      else await made(name, action);
    },
    // It has nothing that could be changed.
    async update() {},
    async delete(name) {
      const action = `delete database ${name}`;
      const url = `${address}/${name}`;
      const answer = await rest.ask({ method: 'DELETE', url, action, mayBeMissing: true });
      await finished(answer as Operation | undefined, action);
    },
  };
}

function endOf({ status, error }: Operation): GoogleStatus | null | undefined {
  if (status !== 'DONE') return undefined;
  const [first] = error?.errors ?? [];
  return first ? { code: 9, message: first.message ?? 'no reason was given' } : null;
}
