import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { DuckDbDialect } from '@triad/shared/warehouse/duckdb-options.ts';
import type { Sql } from '@triad/shared/warehouse/warehouse.ts';
import { definitions } from './definitions.ts';
import { Printer } from './printer.ts';
import { parseStatements } from './syntax.ts';
import { UnsupportedSyntax } from './unsupported.ts';

const queries = new Set(['select', 'union', 'except', 'intersect', 'subquery']);

/**
 * Says a GoogleSQL query in DuckDB's words. The parser's tree is printed by rules of our own, one
 * per kind of node, and what has no rule is `DIALECT_UNSUPPORTED`: a difference between the two
 * dialects is an error, never a different number. Anything but one SELECT is `SQL_READ_ONLY`.
 */
export function translate(sql: Sql): string {
  const statements = parseStatements(sql);
  const [query] = statements;
  if (!query || statements.length > 1 || !queries.has(query.type)) {
    throw new TriadError('SQL_READ_ONLY');
  }
  try {
    return new Printer(sql.parameters ?? {}).query(query);
  } catch (error) {
    if (!(error instanceof UnsupportedSyntax)) throw error;
    throw new TriadError('DIALECT_UNSUPPORTED', {
      action: sql.origin,
      construct: error.message,
      place: error.line === undefined ? '' : ` (line ${error.line})`,
      remedy: error.remedy,
    });
  }
}

export const googleSqlInDuckDb: DuckDbDialect = { definitions, translate };

/** The first translation of a process is slow: the parser's code is compiled as it is used. */
export function warmUpTranslation(): void {
  translate({ text: representativeQuery, origin: 'warm-up' });
}

const representativeQuery = `
  WITH a AS (
    SELECT id, DATE_DIFF(day, MAX(other), DAY) AS x, COUNT(*) AS n, SUM(amount) AS s
    FROM \`dataset.table\`
    WHERE day = DATE '2000-01-01' AND other BETWEEN DATE_SUB(day, INTERVAL 1 DAY) AND day
    GROUP BY id, day
  )
  SELECT a.id, CAST(a.s AS FLOAT64) AS s, IF(x = DIV(3 * n + 1, 2), x, NULL) AS y,
    ROW_NUMBER() OVER (PARTITION BY id ORDER BY x, n) AS r,
    CASE WHEN n >= 1 THEN 'one' ELSE 'none' END AS c
  FROM a JOIN b ON b.id = a.id
  UNION ALL SELECT 1, 2, 3, 4, 'x' FROM (SELECT * FROM b WHERE NOT (n IN (1, 2) OR n IS NULL))`;
