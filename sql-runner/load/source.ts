import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from '@triad/shared/contracts/names.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { parse } from 'yaml';
import { z } from 'zod';

const expression = z.string().min(1);
const columnName = z.string().regex(/^[^`\\]+$/, 'expected a column name without ` and \\');

/** The types that a column of a file can be read as. */
export const fileColumnType = z.enum([
  'BOOL',
  'DATE',
  'DATETIME',
  'FLOAT64',
  'INT64',
  'NUMERIC',
  'STRING',
]);

/** What sql/sources/<name>.yaml declares: how to make order lines from a file. */
const source = z
  .strictObject({
    description: z.string().min(1),
    /** `any`: by the file's ending. `simulated`: no file, orders are drawn at random. */
    format: z.enum(['csv', 'jsonl', 'parquet', 'any', 'simulated']),
    csv: z
      .strictObject({
        /** Whether the first line names the columns. Without it, `columns` names all of them. */
        header: z.boolean().default(true),
        /** One character, or `whitespace` for any run of blanks. */
        delimiter: z.union([z.literal('whitespace'), z.string().length(1)]).default(','),
      })
      .prefault({}),
    /** The columns that the file must have. Others are ignored, with a note. */
    columns: z.record(columnName, fileColumnType),
    /** GoogleSQL over these columns. */
    rows: z.strictObject({
      id_customer: expression,
      /** Lines of a customer with equal ids are one order. Without it each line is an order. */
      id_order: expression.optional(),
      order_date: expression,
      /** A NUMERIC; it is rounded to 2 places. */
      sales_ar: expression,
    }),
    /** GoogleSQL that must be true for a row to be loaded; the others are counted by name. */
    filters: z.record(slug, expression).default({}),
    /** Columns whose values may not occur twice among the rows loaded. */
    unique: z.array(columnName).min(1).optional(),
    /** Whether a load without a single row is in order. */
    allow_empty: z.boolean().default(false),
    /** Read at most `max_batches` batches of `batch_size` rows; without both, the whole file. */
    batch_size: z.int().min(1).optional(),
    max_batches: z.int().min(1).optional(),
  })
  .refine(({ columns }) => Object.keys(columns).length > 0, {
    path: ['columns'],
    error: 'expected at least one column',
  });

export type SourceFormat = z.infer<typeof source>['format'];
export type Source = z.infer<typeof source> & { name: string };

/**
 * Reads the declaration of a source. `SOURCE_UNKNOWN`, `INPUT_INVALID` naming the field, or
 * `CONFIG_INVALID` when the SQL project has no sources.
 */
export function readSource(sqlDirectory: string, name: string): Source {
  const directory = join(sqlDirectory, 'sources');
  if (!existsSync(directory)) {
    const expected = `expected a SQL project with a folder sources, but there is no ${directory}`;
    throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_SQL_DIR', expected });
  }
  const file = join(directory, `${name}.yaml`);
  if (!slug.safeParse(name).success || !existsSync(file)) {
    const known = readdirSync(directory)
      .filter((entry) => entry.endsWith('.yaml'))
      .map((entry) => entry.slice(0, -'.yaml'.length));
    throw new TriadError('SOURCE_UNKNOWN', { source: name, known: known.sort().join(', ') });
  }
  return { name, ...parseInput(source, parseYaml(file), `sources/${name}.yaml`) };
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const expected = error instanceof Error ? error.message : String(error);
    throw new TriadError(
      'INPUT_INVALID',
      { where: file, field: '(the whole document)', expected },
      { cause: error },
    );
  }
}
