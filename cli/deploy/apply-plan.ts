import type { Cloud } from './cloud.ts';
import type { Change, Plan } from './plan.ts';

/**
 * Makes the changes one after the other, but ends jobs of Vertex AI side by side: each takes minutes.
 * Where one fails the rest is left: the next plan shows it.
 *
 * @param tell is called before each change
 */
export async function applyPlan(
  cloud: Cloud,
  plan: Plan,
  tell: (change: Change) => void = () => {},
): Promise<void> {
  for (const together of batchesOf(plan.changes)) {
    for (const change of together) tell(change);
    // All are waited for: one that fails would leave the others asking on behind its error.
    const results = await Promise.allSettled(together.map((change) => apply(cloud, change)));
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  for (const change of changes) {
    const last = batches.at(-1);
    if (last?.every(isSlow) && isSlow(change)) last.push(change);
    else batches.push([change]);
  }
  return batches;
}

const isSlow = ({ resource }: Change): boolean => resource.kind === 'vertex-job';

function apply(cloud: Cloud, { action, resource }: Change): Promise<void> {
  if (action === 'create') return cloud.create(resource);
  return action === 'update' ? cloud.update(resource) : cloud.delete(resource);
}
