import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Cloud } from './cloud.ts';
import { desiredState } from './desired-state.ts';
import { type Plan, planChanges, planTeardown } from './plan.ts';
import type { Released } from './promotion.ts';
import { serviceNames, serviceOf } from './service-definitions.ts';
import type { Target } from './target.ts';

/** What deploying the target would change. Where it is to stay, nothing is deleted. */
export async function planDeployment(cloud: Cloud, target: Target): Promise<Plan> {
  await cloud.check();
  const actual = await cloud.list(target.namespace);
  const desired = desiredState(target, actual);
  return planChanges(desired, actual, { keep: target.isolated === null });
}

/** Removes a namespace of a branch. `DEPLOY_PROTECTED` for that of an environment itself. */
export async function planRemoval(
  cloud: Cloud,
  namespace: string,
  environment: { name: string; namespace: string },
): Promise<Plan> {
  if (namespace === environment.namespace) {
    throw new TriadError('DEPLOY_PROTECTED', { namespace, environment: environment.name });
  }
  await cloud.check();
  return planTeardown([...(await cloud.list(namespace)), ...(await cloud.jobs(namespace))]);
}

/** Removes the jobs that a service started while it was removed itself: nobody else would. */
export async function planLateJobs(cloud: Cloud, namespace: string): Promise<Plan> {
  return planTeardown(await cloud.jobs(namespace));
}

/** What a promotion decides on. */
export async function releasedIn(cloud: Cloud, namespace: string): Promise<Released> {
  await cloud.check();
  const names = serviceNames.map((service) => serviceOf(namespace, service));
  const revisions = await Promise.all(
    names.map(async (name) => [name, await cloud.revisions(name)] as const),
  );
  return { namespace, actual: await cloud.list(namespace), revisions: new Map(revisions) };
}
