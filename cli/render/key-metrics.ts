import { formatAmount, formatCount, formatNumber } from './quantities.ts';

type Metrics = Record<string, number>;

/** What a person looks at first of a lifetime value model; nothing for other pipelines. */
export function keyMetrics(metrics: Metrics): string[] {
  return [...modelLine(metrics, 'BG/NBD', 'bg_nbd', ['r', 'alpha', 'a', 'b'])].concat(
    modelLine(metrics, 'Gamma-Gamma', 'gamma_gamma', ['p', 'q', 'v']),
    holdoutLines(metrics),
  );
}

function modelLine(metrics: Metrics, model: string, prefix: string, names: string[]): string[] {
  const logLikelihood = metrics[`${prefix}.log_likelihood`];
  if (logLikelihood === undefined) return [];
  const parameters = names.map((name) => {
    const value = metrics[`${prefix}.${name}`];
    return value === undefined ? '' : `${name} ${formatNumber(value)}  `;
  });
  const customers = metrics[`${prefix}.customers`];
  const of = customers === undefined ? '' : `, ${formatCount(customers)} customers`;
  return [
    `  ${model.padEnd(12)} ${parameters.join('')}log-likelihood ${formatAmount(logLikelihood, 2)}${of}`,
  ];
}

function holdoutLines(metrics: Metrics): string[] {
  const of = (name: string) => metrics[`holdout.${name}`];
  const [weeks, actual, predicted, mae, correlation, naive] = [
    of('weeks'),
    of('purchases_actual'),
    of('purchases_predicted'),
    of('mae'),
    of('correlation'),
    of('naive_rate.mae'),
  ];
  if (weeks === undefined || actual === undefined || predicted === undefined) return [];
  const facts = [
    `${formatNumber(weeks)} weeks: ${formatCount(actual)} purchases, ${formatCount(Math.round(predicted))} predicted`,
    ...(mae === undefined ? [] : [`MAE ${formatNumber(mae)}`]),
    ...(naive === undefined ? [] : [`own rate's MAE ${formatNumber(naive)}`]),
    ...(correlation === undefined ? [] : [`correlation ${formatNumber(correlation)}`]),
  ];
  return [`  ${'Holdout'.padEnd(12)} ${facts.join(', ')}`];
}
