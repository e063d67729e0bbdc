import digamma from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';
import type { Objective } from './maximize.ts';
import type { FrequencyGroup } from './purchase-histories.ts';

/**
 * The BG/NBD log-likelihood of the grouped customers as a function of [r, alpha, a, b], with its
 * gradient. It is the logarithm of eq. 6 of Fader, Hardie and Lee (2005), whose two terms are
 * "alive at T" and "dropped out at tx"; the second exists only for x > 0. `inactive` below is the
 * probability of the second given the history, which weighs its share of every derivative.
 */
export function bgNbdLogLikelihood(groups: readonly FrequencyGroup[]): Objective {
  return ([r = 0, alpha = 0, a = 0, b = 0]) => {
    const logAlpha = Math.log(alpha);
    const atR = { gammaln: gammaln(r), digamma: digamma(r) };
    const atB = { gammaln: gammaln(b), digamma: digamma(b) };
    const atAb = { gammaln: gammaln(a + b), digamma: digamma(a + b) };
    let value = 0;
    let byR = 0;
    let byAlpha = 0;
    let byA = 0;
    let byB = 0;

    for (const { x, customers, histories } of groups) {
      const s = r + x;
      const digammaOfAbx = digamma(a + b + x);
      value +=
        customers *
        (gammaln(s) -
          atR.gammaln +
          r * logAlpha +
          (atAb.gammaln + gammaln(b + x) - atB.gammaln - gammaln(a + b + x)));
      byR += customers * (digamma(s) - atR.digamma + logAlpha);
      byAlpha += (customers * r) / alpha;
      byA += customers * (atAb.digamma - digammaOfAbx);
      byB += customers * (atAb.digamma + digamma(b + x) - atB.digamma - digammaOfAbx);

      const logDropoutOdds = x > 0 ? Math.log(a / (b + x - 1)) : Number.NEGATIVE_INFINITY;
      for (const { tx, T, customers: n } of histories) {
        const logAge = Math.log(alpha + T);
        const logRecency = Math.log(alpha + tx);
        const logOdds = logDropoutOdds + s * (logAge - logRecency);
        const inactive = 1 / (1 + Math.exp(-logOdds));
        value += n * (softplus(logOdds) - s * logAge);
        byR += n * (inactive * (logAge - logRecency) - logAge);
        byAlpha -= n * s * ((1 - inactive) / (alpha + T) + inactive / (alpha + tx));
        if (x > 0) {
          byA += (n * inactive) / a;
          byB -= (n * inactive) / (b + x - 1);
        }
      }
    }
    return { value, gradient: [byR, byAlpha, byA, byB] };
  };
}

/** ln(1 + e^v) without overflow. */
const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
