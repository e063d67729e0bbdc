import { DuckDBInstance } from '@duckdb/node-api';
import { clvLearner } from '../trainer/learners/clv/clv-learner.ts';

/*
 * What the pipeline computes, without the platform: one process, one in-memory database, the same
 * definitions in plain SQL, the same fit. This is the limit that the pipeline is measured against.
 */

const [file = ''] = process.argv.slice(2);
const runDate = '2011-12-10';
const connection = await (await DuckDBInstance.create(':memory:')).connect();

await connection.run(
  `CREATE TABLE orders AS
   SELECT CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS id_customer,
     min(CAST(InvoiceDate AS DATE)) AS order_date,
     sum(CAST(Quantity * UnitPrice AS DECIMAL(38, 2))) AS sales_ar
   FROM read_parquet($file)
   WHERE CustomerID IS NOT NULL AND NOT starts_with(InvoiceNo, 'C') AND Quantity > 0 AND UnitPrice > 0
   GROUP BY CustomerID, InvoiceNo`,
  { file },
);
await connection.run(
  `CREATE TABLE rfm AS
   WITH activity AS (
     SELECT id_customer, DATE '${runDate}' - max(order_date) AS recency,
       count(*) AS frequency, sum(sales_ar) AS monetary
     FROM orders GROUP BY id_customer
   ), thresholds AS (
     SELECT quantile_disc(recency, 0.33) AS r33, quantile_disc(recency, 0.67) AS r67,
       quantile_disc(monetary, 0.33) AS m33, quantile_disc(monetary, 0.67) AS m67
     FROM activity
   )
   SELECT activity.*,
     CASE WHEN recency >= r67 THEN 1 WHEN recency >= r33 THEN 2 ELSE 3 END AS r_score,
     CASE WHEN frequency >= 5 THEN 3 WHEN frequency >= 2 THEN 2 ELSE 1 END AS f_score,
     CASE WHEN monetary >= m67 THEN 3 WHEN monetary >= m33 THEN 2 ELSE 1 END AS m_score
   FROM activity, thresholds`,
);

const columns = await connection.runAndReadAll(
  `SELECT (dense_rank() OVER (ORDER BY id_customer) - 1)::INTEGER,
     (order_date - DATE '1970-01-01')::INTEGER, sales_ar::DOUBLE
   FROM orders`,
);
const names = await connection.runAndReadAll('SELECT DISTINCT id_customer FROM orders ORDER BY 1');
const [customer = [], day = [], amount = []] = columns.getColumnsJS();
const orders = {
  customers: (names.getColumnsJS()[0] ?? []).map(String),
  customer: Int32Array.from(customer, Number),
  day: Int32Array.from(day, Number),
  amount: Float64Array.from(amount, Number),
};
const { model } = clvLearner.train(orders, runDate, {});
const { customers } = clvLearner.predict(model, orders, runDate, {});
console.log(customers.length);
