import type { DeployedNamespace } from '../cloud.ts';
import { label } from '../resource.ts';
import { Bucket } from './bucket.ts';
import type { Labels, Place, ResourceApi } from './resource-api.ts';

/** A folder of a bucket has no labels: they are in a file of it, which is written first and goes last. */
const marker = '.triad-namespace.json';

export interface Prefixes extends ResourceApi<'prefix'> {
  namespaces(): Promise<DeployedNamespace[]>;
}

export function prefixApi({ rest, environment }: Place): Prefixes {
  const bucket = new Bucket(rest, environment.bucket);
  const read = async (prefix: string): Promise<Labels | undefined> => {
    const text = await bucket.read(`${prefix}${marker}`);
    return text === undefined ? undefined : labelsIn(text);
  };
  const write = (prefix: string, labels: Labels) =>
    bucket.write(`${prefix}${marker}`, `${JSON.stringify({ labels }, null, 2)}\n`);
  return {
    async list(namespace) {
      const name = `${namespace}/`;
      const labels = await read(name);
      return labels ? [{ kind: 'prefix', name, labels, spec: { bucket: environment.bucket } }] : [];
    },
    create: ({ name, labels }) => write(name, labels),
    async update({ name, labels }) {
      await write(name, { ...(await read(name)), ...labels });
    },
    delete: (name) => bucket.deletePrefix(name, `${name}${marker}`),
    async namespaces() {
      const paths = await bucket.matching(`*/${marker}`);
      const found = paths.sort().map(async (path) => {
        const labels = (await read(path.slice(0, -marker.length))) ?? {};
        return {
          namespace: path.slice(0, -marker.length - 1),
          branch: labels[label.branch] ?? null,
          expires: labels[label.expires] ?? null,
        };
      });
      return Promise.all(found);
    },
  };
}

function labelsIn(text: string): Labels {
  try {
    const content = JSON.parse(text) as { labels?: Labels };
    return content.labels ?? {};
  } catch {
    // Somebody damaged it: the namespace is there all the same.
    return {};
  }
}
