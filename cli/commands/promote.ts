import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command } from '../command-context.ts';
import { releasedIn } from '../deploy/deployment.ts';
import { planPromotion, planRollback } from '../deploy/promotion.ts';
import { readRecord } from '../deploy/release-record.ts';
import { type Applying, conclude, openEnvironment } from './deploy.ts';

export interface PromoteOptions extends Applying {
  rollback?: boolean;
}

/** `triad promote`: sends production's requests to a revision that was tested, or back. */
export const promote: Command<[revision: string | undefined, options: PromoteOptions]> = async (
  context,
  revision,
  options,
) => {
  const { environments: file, rollback } = options;
  if ((revision === undefined) !== (rollback === true)) {
    throw new TriadError('USAGE', { reason: 'Give a revision, or --rollback.' });
  }
  const name = options.environment ?? 'production';
  const { environment, cloud } = await openEnvironment(context, name, file);
  const { namespace } = environment;
  if (revision === undefined) {
    const plan = planRollback(await releasedIn(cloud, namespace));
    return conclude(context, cloud, plan, options, { environment: name, rollback: true });
  }
  if (!/^[0-9a-f]{12,40}$/.test(revision)) {
    throw new TriadError('USAGE', { reason: 'Give at least 12 digits of the commit.' });
  }
  const staging = await openEnvironment(context, 'staging', file);
  const record = await readRecord(staging.cloud, revision);
  const plan = planPromotion(await releasedIn(cloud, namespace), record.revision);
  return conclude(context, cloud, plan, options, { environment: name, tested: record });
};
