import { createHash } from 'node:crypto';

/**
 * Longest namespace. The name of a Cloud Run service and the tag of a part of its traffic may have
 * 46 characters together, and the longest are `<namespace>-triad-orchestrator` and `previous`.
 */
export const namespaceLimit = 19;

const hashLength = 8;
const hashed = new RegExp(`-[0-9a-f]{${hashLength}}$`);

/**
 * The namespace of a branch: its name where that is fit for topics, datasets, services and labels,
 * otherwise a shortened one with a hash. No two branches have the same one, but for a collision of
 * 32 bits of SHA-256.
 *
 * @param reserved namespaces of the environments, which no branch may have
 */
export function namespaceOf(branch: string, reserved: readonly string[]): string {
  const isPlain =
    /^[a-z][a-z0-9-]*$/.test(branch) &&
    !/--|-$/.test(branch) &&
    !hashed.test(branch) &&
    branch.length <= namespaceLimit &&
    !reserved.includes(branch);
  if (isPlain) return branch;
  const hash = createHash('sha256').update(branch).digest('hex').slice(0, hashLength);
  const start = slugOf(branch)
    .slice(0, namespaceLimit - hashLength - 1)
    .replace(/-$/, '');
  return `${start}-${hash}`;
}

/** Lower-case letters, digits and single hyphens, starting with a letter. */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return slug === '' ? 'branch' : slug;
}

/** BigQuery and Postgres know no hyphens in names. */
export const underscored = (namespace: string): string => namespace.replaceAll('-', '_');
