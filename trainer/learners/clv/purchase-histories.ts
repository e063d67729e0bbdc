import { at } from './at.ts';
import type { CustomerSummaries } from './summarize.ts';

/** Customers who share x, tx and T, and therefore one term of the BG/NBD likelihood. */
export interface PurchaseHistory {
  tx: number;
  T: number;
  customers: number;
}

/** The histories with x repeat purchases; most of the likelihood depends on x alone. */
export interface FrequencyGroup {
  x: number;
  customers: number;
  histories: PurchaseHistory[];
}

/**
 * Groups customers by x, then by (tx, T), which are whole days: a likelihood over the groups costs
 * a fraction of one over customers, since most customers share their history with others.
 */
export function groupHistories({ x, tx, T, daysPerPeriod }: CustomerSummaries): FrequencyGroup[] {
  const groups = new Map<number, FrequencyGroup & { index: Map<number, PurchaseHistory> }>();
  for (let i = 0; i < x.length; i++) {
    const frequency = at(x, i);
    let group = groups.get(frequency);
    if (!group) {
      group = { x: frequency, customers: 0, histories: [], index: new Map() };
      groups.set(frequency, group);
    }
    group.customers++;
    const days = (periods: number): number => Math.round(periods * daysPerPeriod);
    const key = days(at(tx, i)) * 2 ** 26 + days(at(T, i));
    const known = group.index.get(key);
    if (known) {
      known.customers++;
    } else {
      const history = { tx: at(tx, i), T: at(T, i), customers: 1 };
      group.histories.push(history);
      group.index.set(key, history);
    }
  }
  return [...groups.values()].map(({ x, customers, histories }) => ({ x, customers, histories }));
}
