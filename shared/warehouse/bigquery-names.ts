import { TriadError } from '../errors/triad-error.ts';
import type { TableName } from './warehouse.ts';

/** The names of datasets and tables in BigQuery, where a namespace goes before each dataset. */
export class BigQueryNames {
  readonly #prefix: string;

  /** @param namespace letters, digits and `_`; empty for none */
  constructor(namespace = '') {
    this.#prefix = namespace === '' ? '' : `${plain('namespace', namespace)}_`;
  }

  /** `shop` → `<namespace>_shop`; `INPUT_INVALID` unless it is a plain SQL name. */
  dataset(dataset: string): string {
    return this.#prefix + plain('dataset', dataset);
  }

  /** The dataset's name without the namespace; `undefined` for one of another namespace. */
  withoutNamespace(datasetId: string): string | undefined {
    return datasetId.startsWith(this.#prefix) ? datasetId.slice(this.#prefix.length) : undefined;
  }

  /** A qualified table name, as SQL. */
  table({ dataset, table }: TableName): string {
    return quoteName(`${this.dataset(dataset)}.${plain('table', table)}`);
  }

  /** The table's id in the REST API. */
  reference({ dataset, table }: TableName): { datasetId: string; tableId: string } {
    return { datasetId: this.dataset(dataset), tableId: plain('table', table) };
  }
}

/** A name as GoogleSQL reads it back unchanged. */
export const quoteName = (name: string): string =>
  `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

function plain(field: string, name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  const expected = `${JSON.stringify(name)} is no name of letters, digits and _`;
  throw new TriadError('INPUT_INVALID', { where: 'warehouse', field, expected });
}
