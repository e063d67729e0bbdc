import type { PostconditionOf } from '@triad/shared/contracts/postcondition.ts';
import type { Evidence, Judge } from '../evidence.ts';
import { closeTo, judgeNumber, type Requirement, within } from '../requirements.ts';

export const metric: Judge<'metric'> = async (condition, evidence) =>
  judgeNumber(`metric ${condition.metric}`, evidence.manifest.metrics[condition.metric], [
    ...within(condition),
    ...(await comparedWithPrevious(condition, evidence)),
  ]);

/** Nothing is required of the first value that there is. */
async function comparedWithPrevious(
  { metric: name, change, better, ...given }: PostconditionOf<'metric'>,
  { previous }: Evidence,
): Promise<Requirement[]> {
  const maxDrop = given.maxDrop ?? (better === 'higher' ? 0 : undefined);
  const maxRise = given.maxRise ?? (better === 'lower' ? 0 : undefined);
  if (maxDrop === undefined && maxRise === undefined) return [];
  const before = (await previous())?.result.metrics[name];
  if (before === undefined) return [];
  const unit = change === 'relative' ? Math.abs(before) : 1;
  return closeTo(before, {
    drop: maxDrop === undefined ? undefined : maxDrop * unit,
    rise: maxRise === undefined ? undefined : maxRise * unit,
  });
}
