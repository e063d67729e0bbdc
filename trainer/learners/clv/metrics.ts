/** Metrics by flat name, such as `holdout.mae`. All are finite; what is not defined is left out. */
export type Metrics = Record<string, number>;

/** The same metrics under `prefix.`. */
export const prefixed = (prefix: string, metrics: Metrics): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}.${name}`, value]));

/** One metric, or none when it is not defined. */
export const defined = (name: string, value: number | undefined): Metrics =>
  value === undefined ? {} : { [name]: value };
