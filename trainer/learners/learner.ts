import type { Params } from '@triad/shared/contracts/json.ts';
import type { OrderHistory } from './order-history.ts';

/** What training gives. Everything is plain JSON. */
export interface Training {
  /** Opaque to the trainer: the learner reads it back in `predict`. */
  model: unknown;
  /** Flat names; finite. */
  metrics: Record<string, number>;
  /** Small tables for people, such as actual against predicted, by name. */
  tables: Record<string, object[]>;
  notes: string[];
}

/** One row per customer. */
export interface Predictions {
  customers: readonly string[];
  columns: Record<string, Float64Array>;
}

/** A kind of model. `params` are all of the step's parameters; a learner takes those it knows. */
export interface Learner {
  name: string;
  train(orders: OrderHistory, runDate: string, params: Params): Training;
  /** A plausible customer who ends on the run date, to see that a model scores anybody at all. */
  canary(runDate: string): OrderHistory;
  predict(model: unknown, orders: OrderHistory, runDate: string, params: Params): Predictions;
}
