import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { formatAmount, formatCount } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { type Column, renderTable } from '../render/table.ts';
import { readQueryTable } from './query-table.ts';
import type { Asker } from './query-warehouse.ts';

/** All run dates that there are; the one wanted is picked from the answer. */
const segmentsByRunDate = `
  SELECT rfm.run_date, rfm.segment, COUNT(*) AS customers, AVG(rfm.recency) AS recency,
    AVG(rfm.frequency) AS frequency, SUM(rfm.monetary) AS sales,
    AVG(clv.p_alive) AS p_alive, AVG(clv.clv) AS clv
  FROM rfm
  LEFT JOIN clv ON clv.id_customer = rfm.id_customer AND clv.run_date = rfm.run_date
  GROUP BY rfm.run_date, rfm.segment
  ORDER BY sales DESC`;

const right = { align: 'right' } as const;
const columns: Column[] = [
  { head: 'segment' },
  { head: 'customers', ...right },
  { head: 'share', ...right },
  { head: 'recency, days', ...right },
  { head: 'orders', ...right },
  { head: 'sales', ...right },
  { head: 'P(alive)', ...right },
  { head: 'lifetime value', ...right },
];

/** Whether a run published what the segment table is made of. */
export const hasSegments = ({ steps }: RunView): boolean =>
  ['rfm', 'clv'].every((wanted) =>
    steps.some(({ tables }) => tables.some(({ table }) => table === wanted)),
  );

/** The customers of a run by segment: how many, how they buy, and what they will be worth. */
export async function segmentTable(asker: Asker, run: RunView, style: Style): Promise<string> {
  const { rows } = await readQueryTable(asker, segmentsByRunDate);
  const segments = rows.filter(([runDate]) => runDate === run.runDate).map(segmentOf);
  const total = segments.reduce((sum, { customers }) => sum + customers, 0);
  const cells = segments.map((segment) => [
    segment.name,
    formatCount(segment.customers),
    `${formatAmount((100 * segment.customers) / total, 1)} %`,
    formatAmount(segment.recency, 0),
    formatAmount(segment.frequency, 1),
    formatAmount(segment.sales, 0),
    formatAmount(segment.pAlive, 2),
    formatAmount(segment.clv, 2),
  ]);
  return renderTable(columns, cells, style);
}

function segmentOf([, name, ...numbers]: (string | null)[]) {
  const [customers, recency, frequency, sales, pAlive, clv] = numbers.map(Number);
  return {
    name: name ?? '',
    customers: customers ?? 0,
    recency: recency ?? 0,
    frequency: frequency ?? 0,
    sales: sales ?? 0,
    pAlive: pAlive ?? 0,
    clv: clv ?? 0,
  };
}
