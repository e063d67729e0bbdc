import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Checkout } from './checkout.ts';
import { type Environment, type EnvironmentName, environmentName } from './environment.ts';
import { namespaceOf } from './namespace.ts';

/** The branch that staging and production are deployed from. */
export const mainBranch = 'main';

/** What is deployed where. */
export interface Target {
  environment: Environment;
  namespace: string;
  /** The full commit. */
  revision: string;
  /**
   * Of a namespace of a branch: its branch and its last day, as YYYY-MM-DD. Null for the namespace
   * of the environment itself, which stays.
   */
  isolated: { branch: string; expires: string } | null;
  /** Whether a new revision waits for `triad promote` before it is asked. */
  promoted: boolean;
}

/** The environment that a branch goes to unless somebody says otherwise. */
export const usualEnvironment = (branch: string): EnvironmentName =>
  branch === mainBranch ? 'production' : 'dev';

/** The namespace of a branch in an environment. `DEPLOY_BRANCH_REFUSED` when it has none there. */
export function namespaceIn(environment: Environment, branch: string): string {
  if (environment.isolatedBranches) {
    return namespaceOf(branch, [...environmentName.options, environment.namespace]);
  }
  if (branch === mainBranch) return environment.namespace;
  throw new TriadError('DEPLOY_BRANCH_REFUSED', { branch, environment: environment.name });
}

/**
 * What a checkout is deployed as. Errors: `DEPLOY_BRANCH_REFUSED`, `DEPLOY_TREE_DIRTY`.
 *
 * @param days that a namespace of a branch lives, counted from `today` (YYYY-MM-DD)
 */
export function targetOf(
  environment: Environment,
  checkout: Checkout,
  today: string,
  days: number,
): Target {
  const { branch, revision, changes } = checkout;
  const namespace = namespaceIn(environment, branch);
  const isIsolated = environment.isolatedBranches;
  if (!isIsolated && changes > 0) {
    throw new TriadError('DEPLOY_TREE_DIRTY', { count: changes, environment: environment.name });
  }
  const expires = isoDateOf(epochDay(today) + days);
  return {
    environment,
    namespace,
    revision,
    isolated: isIsolated ? { branch, expires } : null,
    promoted: environment.name === 'production',
  };
}
