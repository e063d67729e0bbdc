import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';

/** What the step handlers need from the outside, besides the job's own context. */
export interface SqlRunnerServices {
  openWarehouse: OpenWarehouse;
  /** The Dataform project; its folder `sources` declares the sources. */
  sqlDirectory: string;
  /** Dataset of the published tables. */
  dataset: string;
}
