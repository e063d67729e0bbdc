import { trueParameters } from '@triad/shared/simulate/simulate-orders.ts';
import { formatNumber } from './quantities.ts';
import type { Style } from './style.ts';
import { type Column, renderTable } from './table.ts';

interface ModelParameters {
  bgNbd: Record<'r' | 'alpha' | 'a' | 'b', number>;
  gammaGamma: Record<'p' | 'q' | 'v', number>;
}

/**
 * What is compared. Single parameters trade off against each other, so their estimates are far
 * less certain than the means that they imply, which are what forecasts are made of.
 */
const compared: [name: string, of: (model: ModelParameters) => number][] = [
  ['BG/NBD r', ({ bgNbd }) => bgNbd.r],
  ['BG/NBD alpha', ({ bgNbd }) => bgNbd.alpha],
  ['BG/NBD a', ({ bgNbd }) => bgNbd.a],
  ['BG/NBD b', ({ bgNbd }) => bgNbd.b],
  ['  purchases per week, r/alpha', ({ bgNbd: { r, alpha } }) => r / alpha],
  ['  lost after a repeat, a/(a+b)', ({ bgNbd: { a, b } }) => a / (a + b)],
  ['Gamma-Gamma p', ({ gammaGamma }) => gammaGamma.p],
  ['Gamma-Gamma q', ({ gammaGamma }) => gammaGamma.q],
  ['Gamma-Gamma v', ({ gammaGamma }) => gammaGamma.v],
  ['  spend per order, p v/(q-1)', ({ gammaGamma: { p, q, v } }) => (p * v) / (q - 1)],
];

const columns: Column[] = [
  { head: 'Model' },
  { head: 'true', align: 'right' },
  { head: 'estimated', align: 'right' },
  { head: 'error', align: 'right' },
];

/** The final model beside the true one, which the simulator drew its customers from. */
export function modelQuality(metrics: Record<string, number>, style: Style): string {
  const rows = compareWithTruth(metrics).map(({ name, isImplied, truth, estimate }) => [
    isImplied ? `  ${name}` : name,
    formatNumber(truth),
    formatNumber(estimate),
    relativeError(estimate, truth),
  ]);
  return renderTable(columns, rows, style);
}

export interface Comparison {
  name: string;
  /** Whether it follows from the parameters above it. */
  isImplied: boolean;
  truth: number;
  /** NaN when it was not estimated. */
  estimate: number;
}

/** Each parameter, and what the parameters imply, beside the true one. */
export function compareWithTruth(metrics: Record<string, number>): Comparison[] {
  const estimated = finalModel(metrics);
  return compared.map(([name, of]) => ({
    name: name.trim(),
    isImplied: name.startsWith(' '),
    truth: of(trueParameters),
    estimate: of(estimated),
  }));
}

/** NaN for a parameter that was not estimated. */
function finalModel(metrics: Record<string, number>): ModelParameters {
  const bgNbd = (name: string) => metrics[`final.bg_nbd.${name}`] ?? Number.NaN;
  const gammaGamma = (name: string) => metrics[`final.gamma_gamma.${name}`] ?? Number.NaN;
  return {
    bgNbd: { r: bgNbd('r'), alpha: bgNbd('alpha'), a: bgNbd('a'), b: bgNbd('b') },
    gammaGamma: { p: gammaGamma('p'), q: gammaGamma('q'), v: gammaGamma('v') },
  };
}

function relativeError(estimate: number, truth: number): string {
  const percent = (estimate / truth - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}
