import type { Clock } from '../clock/clock.ts';
import type { Ids } from '../ids/ids.ts';

export interface BigQueryOptions {
  /** The Google Cloud project that pays for the jobs and holds the datasets. */
  project: string;
  /** Where datasets and jobs live, such as `EU`. Default: the service's own, `US`. */
  location?: string;
  /**
   * Keeps systems of one project apart: the dataset `shop` is `<namespace>_shop` in BigQuery.
   * Letters, digits and `_`. Default: none, and no prefix.
   */
  namespace?: string;
  /** Where a table name without a dataset is looked up. */
  defaultDataset: string;
  /** A query that would read more fails before it costs anything. Default: no limit. */
  maximumBytesBilled?: number;
  /** On every job and dataset. Keys and values as Google Cloud wants labels. */
  labels?: Record<string, string>;
  /** How long the tables of a temporary dataset live when nobody removes it. Default: a day. */
  temporaryHours?: number;
  /** A DATE column by which new tables are partitioned when they have it. Default: none. */
  partitionColumn?: string;
  /** Directory for files on their way up or down. */
  scratch: string;
  /** Address of another server that speaks BigQuery's REST API, such as `http://127.0.0.1:9050`. */
  endpoint?: string;
  /** Sends no credentials, as servers for tests want it. Default: false. */
  anonymous?: boolean;
  /**
   * Makes up for what the emulator lacks: parameters go as literals, a view is dropped before it
   * is replaced, NUMERIC is copied by way of its text, and loaded as text as DATETIME is. See
   * docs/emulators.md. Default: false.
   */
  emulator?: boolean;
  clock: Clock;
  /** Tells one opening of the warehouse from another. */
  ids: Ids;
}
