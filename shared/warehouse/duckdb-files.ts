import { existsSync } from 'node:fs';
import { TriadError } from '../errors/triad-error.ts';
import { readCsvHeader } from './csv-header.ts';
import { codedError } from './duckdb-error.ts';
import { quoteName, quoteTable, quoteText } from './duckdb-quote.ts';
import type { DuckDbSession } from './duckdb-session.ts';
import type { Column, LoadedFile, RowFile, TableName } from './warehouse.ts';

/** A character that no text file holds, to read a whole line as one field. */
const never = '\u0001';

/** How to read a file: its columns, and a query of the wanted ones that begins with `_line`. */
interface Reader {
  found: string[];
  select: string;
}

export async function loadFile(
  session: DuckDbSession,
  table: TableName,
  file: RowFile,
): Promise<LoadedFile> {
  if (!existsSync(file.path)) throw new TriadError('FILE_MISSING', { path: file.path });
  try {
    const reader = await readers[file.format](session, file);
    refuseOther(await session.describe(reader.select), file);
    const select = await session.storable(reader.select);
    const limit = file.limit === undefined ? '' : ` LIMIT ${Math.trunc(file.limit)}`;
    const result = await session.execute(`CREATE TABLE ${quoteTable(table)} AS ${select}${limit}`);
    const rows = Number(result.getRows()[0]?.[0] ?? 0);
    const wanted = new Set(file.columns);
    return { rows, otherColumns: reader.found.filter((name) => !wanted.has(name)) };
  } catch (error) {
    throw invalidFile(error, file);
  }
}

function refuseOther(columns: readonly Column[], { path, format }: RowFile): void {
  const other = columns.find(({ type }) => type === 'OTHER');
  if (!other) return;
  const reason = `the column ${other.name} has a type that no table has here; write it as text, or as a number`;
  throw new TriadError('FILE_INVALID', { path, format, reason });
}

function invalidFile(error: unknown, { path, format }: RowFile): TriadError {
  // `execute` has coded it already, but as a mistake of Triad's own SQL.
  const cause = error instanceof TriadError && error.code === 'SQL_INVALID' ? error.cause : error;
  return codedError(cause, path, 'FILE_INVALID', { path, format });
}

const readers: Record<
  RowFile['format'],
  (session: DuckDbSession, file: RowFile) => Promise<Reader>
> = {
  csv: (_, file) => (file.delimiter === 'whitespace' ? blankSeparated(file) : delimited(file)),
  jsonl,
  parquet,
};

async function parquet(session: DuckDbSession, file: RowFile): Promise<Reader> {
  const source = `read_parquet(${quoteText(file.path)}, file_row_number = true)`;
  const found = (await session.describe(`SELECT * EXCLUDE (file_row_number) FROM ${source}`)).map(
    (column) => column.name,
  );
  const names = wantedColumns(file, found).map(quoteName);
  const select = `SELECT file_row_number + 1 AS _line, ${names.join(', ')} FROM ${source}`;
  return { found, select };
}

async function delimited(file: RowFile): Promise<Reader> {
  const { path, header = true, delimiter = ',' } = file;
  const form = `header = ${header}, delim = ${quoteText(delimiter)}, quote = '"', escape = '"',
    skip = 0, all_varchar = true`;
  const found = header ? await readCsvHeader(path, delimiter) : [...file.columns];
  const fields = found.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const names = wantedColumns(file, found).map(quoteName);
  const select = `SELECT row_number() OVER () AS _line, ${names.join(', ')}
    FROM read_csv(${quoteText(path)}, ${form}, auto_detect = false, columns = {${fields}})`;
  return { found, select };
}

async function blankSeparated({ path, header = true, columns }: RowFile): Promise<Reader> {
  const fields = columns.map((name, at) => `_fields[${at + 1}] AS ${quoteName(name)}`);
  const wrong = `error('line ' || _line || ' has ' || len(_fields) || ' fields, expected '
    || ${columns.length} || ': ' || _text)`;
  const select = `SELECT _line, ${fields.join(', ')} FROM (
    SELECT _line, CASE WHEN len(_fields) = ${columns.length} THEN _fields ELSE ${wrong} END AS _fields
    FROM (
      SELECT row_number() OVER () AS _line, _text, regexp_split_to_array(trim(_text), '[ \\t]+') AS _fields
      FROM read_csv(${quoteText(path)}, columns = {'_text': 'VARCHAR'}, header = ${header},
        auto_detect = false, delim = ${quoteText(never)}, quote = '', escape = '')
      WHERE trim(_text) <> ''
    ))`;
  return { found: [...columns], select };
}

async function jsonl(session: DuckDbSession, file: RowFile): Promise<Reader> {
  const source = `read_json_objects(${quoteText(file.path)}, format = 'newline_delimited')`;
  const keys = await session.execute(
    `SELECT DISTINCT unnest(json_keys(json)) AS key FROM ${source} ORDER BY key`,
  );
  const found = keys.getRows().map(([key]) => String(key));
  const values = wantedColumns(file, found).map((name) => {
    const path = `$."${name.replaceAll('"', '\\"')}"`;
    return `json ->> ${quoteText(path)} AS ${quoteName(name)}`;
  });
  const select = `SELECT row_number() OVER () AS _line, ${values.join(', ')} FROM ${source}`;
  return { found, select };
}

/** The wanted columns, all of which the file must have. */
function wantedColumns({ path, columns }: RowFile, found: readonly string[]): readonly string[] {
  const missing = columns.filter((name) => !found.includes(name));
  if (missing.length === 0) return columns;
  throw new TriadError('FILE_COLUMNS_MISSING', {
    path,
    missing: missing.join(', '),
    found: found.join(', ') || 'none',
  });
}
