import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { orderSource } from '../../harness/sql-runner/order-file.ts';
import { newSqlProject } from '../../harness/sql-runner/sql-project.ts';
import { repositorySql, SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

const orderLines = 'config { type: "declaration", name: "order_lines" }';
const incremental = (select: string) =>
  `config { type: "incremental" }
   pre_operations { \${when(incremental(),
     \`DELETE FROM \${self()} WHERE run_date = DATE '\${dataform.projectConfig.vars.run_date}'\`)} }
   ${select} FROM \${ref("order_lines")}
   WHERE run_date = DATE '\${dataform.projectConfig.vars.run_date}'`;

test("a table's watermark is the latest day of its first date column, its run date the last resort", async () => {
  const sqlDirectory = await newSqlProject({
    'sources/orders.yaml': readFileSync(join(repositorySql, 'sources/orders.yaml'), 'utf8'),
    'definitions/order_lines.sqlx': orderLines,
    'definitions/days.sqlx': incremental('SELECT run_date, order_date'),
    'definitions/dated.sqlx': incremental('SELECT run_date, id_customer'),
    'definitions/whole.sqlx': `config { type: "table" } SELECT MIN(order_date) AS first FROM \${ref("order_lines")}`,
    'definitions/dateless.sqlx': `config { type: "table" } SELECT id_customer FROM \${ref("order_lines")}`,
  });
  const home = (await SqlRunnerHome.create()).withSqlProject(sqlDirectory);
  const runId = home.nextRunId();
  const source = await orderSource([
    ['a', '2011-12-01', 10],
    ['a', '2011-12-05', 20],
  ]);
  const load = await home.step({ kind: 'load', runId, params: { source } });
  assert.deepEqual(load.tables, [{ table: 'order_lines', rows: 2, watermark: '2011-12-05' }]);
  const { tables, checks } = await home.step({ kind: 'sql', runId });
  const byName = Object.fromEntries(tables.map(({ table, watermark }) => [table, watermark]));
  assert.deepEqual(byName, {
    days: '2011-12-05',
    dated: '2011-12-10',
    whole: '2011-12-01',
    dateless: undefined,
  });
  assert.deepEqual(checks, []);
});
