import { DuckDBInstance } from '@duckdb/node-api';

/** A process that holds the DuckDB file of its argument, after committing a row, until it is killed. */
const instance = await DuckDBInstance.create(String(process.argv[2]));
const connection = await instance.connect();
await connection.run('CREATE SCHEMA shop; CREATE TABLE shop.t AS SELECT CAST(1 AS BIGINT) AS x');
process.send?.('holding');
setInterval(() => {}, 1000);
