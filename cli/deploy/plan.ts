import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type Difference, differences, fingerprint } from './differences.ts';
import { type Job, type JobKind, type Kind, keyOf, label, type Resource } from './resource.ts';

export type Change = Setting | Deletion;

export interface Setting extends Told {
  action: 'create' | 'update';
  /** As it should be. */
  resource: Resource;
}

interface Deletion extends Told {
  action: 'delete';
  /** As it is. */
  resource: Resource | Job;
}

interface Told {
  /** Of an update. */
  differences: Difference[];
  /** Somebody else changed it since Triad last did. */
  drifted: boolean;
}

/** What would be deleted from a namespace that loses nothing by itself. */
export type Unexpected = Resource;

export interface Plan {
  changes: Change[];
  unexpected: Unexpected[];
  /** What is not as Terraform made it: only Terraform sets it back. */
  ofTerraform: Setting[];
}

/** In which order things are made; what is removed goes the other way. */
const order: readonly (Kind | JobKind)[] = [
  // The prefix says that the namespace exists: a deployment that stops half-way can be torn down.
  'prefix',
  'topic',
  'dataset',
  'database',
  'service',
  // They end before the service that would start others, and after what brings it commands.
  'cloud-run-job',
  'vertex-job',
  'subscription',
  'schedule',
];

/** What no cloud changes in place, or not without a loss. */
const immutable: Record<Kind, readonly string[]> = {
  prefix: ['bucket'],
  topic: [],
  dataset: ['location'],
  database: ['instance'],
  service: [],
  subscription: ['topic', 'ordered'],
  schedule: [],
};

/** In a namespace that stays Terraform makes these; whoever deploys may only look at them there. */
const madeByTerraform: ReadonlySet<Kind> = new Set([
  'topic',
  'dataset',
  'database',
  'subscription',
  'schedule',
]);

/** Only a teardown removes these. The sql-runner makes datasets that no deployment knows of. */
const keepsData: ReadonlySet<Kind> = new Set(['prefix', 'dataset', 'database']);

/**
 * How what is there becomes what should be. `DEPLOY_IMMUTABLE` when it cannot.
 *
 * @param keep whether the namespace stays: what should not be there is only told of, and so is what is
 *   not as Terraform made it
 */
export function planChanges(
  desired: readonly Resource[],
  actual: readonly Resource[],
  { keep }: { keep: boolean },
): Plan {
  const there = new Map(actual.map((resource) => [keyOf(resource), resource]));
  const wanted = new Set(desired.map(keyOf));
  const settings = desired.flatMap((resource) => settingOf(resource, there.get(keyOf(resource))));
  const isTerraforms = ({ resource }: Setting) => keep && madeByTerraform.has(resource.kind);
  const changes = settings.filter((setting) => !isTerraforms(setting));
  for (const change of changes) checkMutable(change);
  const unexpected = actual.filter(
    (resource) => !wanted.has(keyOf(resource)) && !keepsData.has(resource.kind),
  );
  if (keep) {
    return { changes: inOrder(changes), unexpected, ofTerraform: settings.filter(isTerraforms) };
  }
  const all = inOrder([...changes, ...unexpected.map(deletion)]);
  return { changes: all, unexpected: [], ofTerraform: [] };
}

/** Removes all that is there. */
export const planTeardown = (actual: readonly (Resource | Job)[]): Plan => ({
  changes: inOrder(actual.map(deletion)),
  unexpected: [],
  ofTerraform: [],
});

const deletion = (resource: Resource | Job): Change => ({
  action: 'delete',
  resource,
  differences: [],
  drifted: false,
});

function settingOf(resource: Resource, actual: Resource | undefined): Setting[] {
  const marked = withFingerprint(resource);
  if (!actual) return [{ action: 'create', resource: marked, differences: [], drifted: false }];
  const inSpec = differences(actual.spec, resource.spec);
  const inLabels = Object.entries(resource.labels)
    .filter(([key, value]) => actual.labels[key] !== value)
    .map(([key, value]) => ({
      field: `labels.${key}`,
      actual: actual.labels[key],
      desired: value,
    }));
  if (inSpec.length + inLabels.length === 0) return [];
  const set = actual.labels[label.fingerprint];
  const drifted = set !== undefined && set !== fingerprint(actual.spec);
  return [{ action: 'update', resource: marked, differences: [...inSpec, ...inLabels], drifted }];
}

function checkMutable({ action, resource: { kind, name }, differences }: Setting): void {
  if (action === 'create') return;
  const found = differences.find(({ field }) => immutable[kind].includes(field));
  if (found) throw new TriadError('DEPLOY_IMMUTABLE', { kind, name, field: found.field });
}

/** What is set is written down with it. A database has no labels. */
const withFingerprint = (resource: Resource): Resource =>
  resource.kind === 'database'
    ? resource
    : {
        ...resource,
        labels: { ...resource.labels, [label.fingerprint]: fingerprint(resource.spec) },
      };

function inOrder(changes: Change[]): Change[] {
  const at = ({ action, resource }: Change) => {
    const index = order.indexOf(resource.kind);
    return action === 'delete' ? order.length + (order.length - index) : index;
  };
  return changes.toSorted((a, b) => at(a) - at(b) || compare(keyOf(a.resource), keyOf(b.resource)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
