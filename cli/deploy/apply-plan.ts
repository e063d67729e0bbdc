import type { Cloud } from './cloud.ts';
import type { Change, Plan } from './plan.ts';

/**
 * Makes the changes one after the other. Where one fails the rest is left: the next plan shows it.
 *
 * @param tell is called before each change
 */
export async function applyPlan(
  cloud: Cloud,
  plan: Plan,
  tell: (change: Change) => void = () => {},
): Promise<void> {
  for (const change of plan.changes) {
    tell(change);
    const { action, resource } = change;
    if (action === 'create') await cloud.create(resource);
    else if (action === 'update') await cloud.update(resource);
    else await cloud.delete(resource);
  }
}
