import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { type Action, originOf } from '../compile/project.ts';
import { runDateParameter, tableText } from './statements.ts';

/** Actions with this tag have a row `(run_date, metric, value)` for each metric of a run. */
const metricsTag = 'metrics';

/** The metrics that the actions with the tag `metrics` found for the run date. */
export async function readMetrics(
  warehouse: Warehouse,
  actions: readonly Action[],
  dataset: string,
  runDate: string,
): Promise<Record<string, number>> {
  const metrics: Record<string, number> = {};
  for (const action of actions.filter(({ tags }) => tags.includes(metricsTag))) {
    const table = tableText({ dataset, table: action.name });
    const { rows } = await warehouse.query({
      text: `SELECT metric, CAST(value AS FLOAT64) FROM ${table} WHERE run_date = @run_date`,
      origin: `the metrics of ${originOf(action)}`,
      parameters: runDateParameter(runDate),
    });
    for (const [metric, value] of rows) metrics[String(metric)] = Number(value);
  }
  return metrics;
}
