import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type Plan, planChanges } from './plan.ts';
import { isRevisionOf, type Resource, type ResourceOf, type Traffic } from './resource.ts';
import { serviceNames, serviceOf } from './service-definitions.ts';

type Service = ResourceOf<'service'>;

/** The services of a namespace with the names of their revisions, newest first. */
export interface Released {
  namespace: string;
  actual: readonly Resource[];
  revisions: ReadonlyMap<string, readonly string[]>;
}

/**
 * Sends all requests to the revision of a commit. Empty when they go there already.
 * `DEPLOY_REVISION_MISSING` when a service has none of it.
 */
export function planPromotion(released: Released, commit: string): Plan {
  return moved(released, ({ name }) => {
    const found = released.revisions
      .get(name)
      ?.find((revision) => isRevisionOf(revision, name, commit));
    if (found !== undefined) return found;
    throw new TriadError('DEPLOY_REVISION_MISSING', { service: name, revision: commit });
  });
}

/**
 * Sends all requests back to where they went before the last promotion: the orchestrator first,
 * since the older of the two must not get commands that only the newer one knows.
 * `DEPLOY_NO_PREVIOUS` when nothing was promoted yet.
 */
export function planRollback(released: Released): Plan {
  const { changes, ...rest } = moved(released, ({ name, spec }) => {
    const previous = spec.traffic.find(({ tag }) => tag === 'previous')?.revision;
    if (previous !== undefined && released.revisions.get(name)?.includes(previous)) return previous;
    throw new TriadError('DEPLOY_NO_PREVIOUS', { service: name });
  });
  return { changes: changes.toReversed(), ...rest };
}

function moved(
  { namespace, actual }: Pick<Released, 'namespace' | 'actual'>,
  revisionFor: (service: Service) => string,
): Plan {
  const services = serviceNames.map((service) => {
    const name = serviceOf(namespace, service);
    const found = actual.find((resource) => resource.kind === 'service' && resource.name === name);
    if (found?.kind === 'service') return found;
    throw new TriadError('DEPLOY_REVISION_MISSING', { service: name, revision: 'any' });
  });
  const desired = services.map((service) => ({
    ...service,
    spec: { ...service.spec, traffic: trafficTo(revisionFor(service), service.spec.traffic) },
  }));
  return planChanges(desired, services, { keep: true });
}

/** All to one revision; the one that had the most before stays at hand, for a rollback. */
export function trafficTo(revision: string, before: readonly Traffic[]): readonly Traffic[] {
  const [most] = before.toSorted((a, b) => b.percent - a.percent);
  if (most?.revision === revision && most.percent === 100) return before;
  const live: Traffic = { revision, percent: 100, tag: 'live' };
  if (!most || most.revision === revision) return [live];
  return [live, { revision: most.revision, percent: 0, tag: 'previous' }];
}
