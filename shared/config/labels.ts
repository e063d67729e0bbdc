import { invalid } from './parts.ts';

/** Google allows 64 on a resource; Triad has a few of its own. */
const mostLabels = 50;
/** Names that Triad and Google keep for themselves. */
const reserved = /^(triad|goog)/;

/**
 * Labels as Google Cloud wants them, from `key=value,…`, such as `team=crm,cost-center=4711`. Whatever
 * else is `CONFIG_INVALID` of the variable.
 */
export function parseLabels(variable: string, text: string): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split(',')) {
    const [, key, value] = /^([a-z][a-z0-9_-]{0,62})=([a-z0-9_-]{0,63})$/.exec(pair) ?? [];
    if (key === undefined || value === undefined || reserved.test(key) || labels.has(key)) {
      throw invalid(
        variable,
        `expected key=value,… of lower-case letters, digits, _ and -, each key once and none of triad or goog, not ${pair}`,
      );
    }
    labels.set(key, value);
  }
  if (labels.size > mostLabels) throw invalid(variable, `expected at most ${mostLabels} labels`);
  return Object.fromEntries(labels);
}

/** The text that `parseLabels` reads. */
export const formatLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
