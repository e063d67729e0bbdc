import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';

/** What the step handlers need from the outside, besides the job's own context. */
export interface SqlRunnerServices {
  openWarehouse: OpenWarehouse;
  /** A local copy of `gs://bucket/name`. Errors: `FILE_MISSING`, and those of the store. */
  fetchObject: (url: string) => Promise<string>;
  /** The Dataform project; its folder `sources` declares the sources. */
  sqlDirectory: string;
  /** Dataset of the published tables. */
  dataset: string;
}
