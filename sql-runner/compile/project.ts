/** Something that Dataform builds: a table or a view of the run's dataset. */
export interface Action {
  name: string;
  /**
   * `incremental`: the query gives the rows of the run date, which replace those published for it.
   * `table`: the query gives all rows. `view`: the query is published itself.
   */
  kind: 'incremental' | 'table' | 'view';
  /** GoogleSQL; see `inDataset`. */
  text: string;
  /** Tables of the run's dataset that the query reads. */
  reads: readonly string[];
  tags: readonly string[];
  file: string;
}

/** A query that gives the rows which should not be there. */
export interface Assertion {
  name: string;
  text: string;
  reads: readonly string[];
  file: string;
}

/** A table that something else fills: a load, or a step that publishes predictions. */
export interface Declaration {
  name: string;
  /** The declared columns, in order; empty when none are declared. */
  columns: readonly string[];
  tags: readonly string[];
}

/** A compiled Dataform project, for one run date. */
export interface Project {
  /** Each after those it reads. */
  actions: readonly Action[];
  assertions: readonly Assertion[];
  declarations: readonly Declaration[];
  /** SHA-256 of all compiled SQL. */
  hash: string;
}

/** Stands for the dataset in compiled texts, so that one compilation serves several datasets. */
export const placeholderDataset = 'dataset_of_this_run';

/** A compiled text that reads and names the tables of `dataset`. */
export const inDataset = (text: string, dataset: string): string =>
  text.replaceAll(placeholderDataset, dataset);

/** What an action or assertion is called in error messages. */
export const originOf = ({ name, file }: { name: string; file: string }): string =>
  `${name} (${file})`;
