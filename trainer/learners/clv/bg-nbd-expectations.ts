import type { BgNbdParameters } from './bg-nbd.ts';

/**
 * P(alive at T | x, tx, T), in [0, 1]. It is 1 for x = 0: in BG/NBD only a repeat purchase can be
 * the last (Fader, Hardie and Lee 2008, "Computing P(alive) Using the BG/NBD Model").
 */
export function pAlive(
  { r, alpha, a, b }: BgNbdParameters,
  x: number,
  tx: number,
  T: number,
): number {
  if (x === 0) return 1;
  const logOdds = Math.log(a / (b + x - 1)) + (r + x) * Math.log((alpha + T) / (alpha + tx));
  return 1 / (1 + Math.exp(logOdds));
}

/** E[purchases in (T, T + t] | x, tx, T]: eq. 10 of Fader, Hardie and Lee (2005). */
export function expectedPurchases(
  parameters: BgNbdParameters,
  t: number,
  x: number,
  tx: number,
  T: number,
): number {
  return pAlive(parameters, x, tx, T) * expectedPurchasesIfAlive(parameters, t, x, T);
}

/** E[X(t)], repeat purchases in the time t after the first purchase: eq. 9 of the same. */
export function expectedRepeatPurchases(parameters: BgNbdParameters, t: number): number {
  return expectedPurchasesIfAlive(parameters, t, 0, 0);
}

/**
 * Eq. 10 for a customer who is alive at T, which no longer depends on tx.
 *
 * Evaluated as Σ_n P(N > n) · P(survives n purchases), where N, the purchases an undying customer
 * would make in t, is negative binomial: eq. 10 with its 2F1 written out as a series, and the
 * difference in front of it taken term by term. All terms are positive, so nothing cancels or
 * overflows. Eq. 10 as it stands divides by zero at a = 1, cancels near it, and overflows for
 * frequent buyers; @stdlib's hyp2f1 gives NaN for some of them after Euler's transformation too.
 */
export function expectedPurchasesIfAlive(
  { r, alpha, a, b }: BgNbdParameters,
  t: number,
  x: number,
  T: number,
): number {
  const s = r + x;
  const z = t / (alpha + T + t);
  let logMass = s * Math.log1p(-z);
  let mass = Math.exp(logMass);
  let moreThanN = -Math.expm1(logMass);
  let survival = 1;
  let expected = 0;
  for (let n = 0; ; n++) {
    expected += moreThanN * survival;
    const ratio = ((s + n) / (n + 1)) * z;
    // The ratio tends to z from one side, so past the mode a geometric series bounds what is left.
    const decay = Math.max(ratio, z);
    const left = (mass * survival * decay) / (1 - decay) ** 2;
    if (decay < 1 && left <= precision * expected) return expected;
    if (logMass < smallestLog) {
      logMass += Math.log(ratio);
      mass = Math.exp(logMass);
    } else {
      mass *= ratio;
    }
    moreThanN -= mass;
    survival *= (b + x + n) / (a + b + x + n);
  }
}

/** Relative to the result. */
const precision = 1e-13;
/** Probabilities below e^this are carried as logarithms, or they would all be zero. */
const smallestLog = -700;
