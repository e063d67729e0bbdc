import { isoDate } from '@triad/shared/contracts/dates.ts';
import { parseVersioned } from '@triad/shared/contracts/versioned.ts';
import { z } from 'zod';

const modelVersion = 1;

const positive = z.number().positive();
const bgNbdParameters = z.strictObject({ r: positive, alpha: positive, a: positive, b: positive });
const gammaGammaParameters = z.strictObject({ p: positive, q: positive, v: positive });

/** The model artifact of the learner `clv`: all that a prediction needs, and what it rests on. */
export const clvModel = z.strictObject({
  schema: z.literal('triad.clv'),
  version: z.literal(modelVersion),
  /** The fit has seen every order up to and including this day. */
  runDate: isoDate,
  /** Time unit of `alpha`, in days. */
  daysPerPeriod: z.int().positive(),
  bgNbd: z.strictObject({
    parameters: bgNbdParameters,
    standardErrors: bgNbdParameters.optional(),
    logLikelihood: z.number(),
  }),
  spend: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('gamma_gamma'),
      parameters: gammaGammaParameters,
      standardErrors: gammaGammaParameters.optional(),
    }),
    z.strictObject({ kind: z.literal('mean'), mean: z.number().min(0) }),
  ]),
  trainedOn: z.strictObject({
    customers: z.int(),
    repeatBuyers: z.int(),
    /** Purchase days, the first of each customer included. */
    purchases: z.int(),
  }),
});

export type ClvModel = z.output<typeof clvModel>;

/** How much a customer spends per purchase: Gamma-Gamma, or one mean for all as a fallback. */
export type SpendModel = ClvModel['spend'];

/**
 * Reads a model artifact.
 *
 * @throws CONTRACT_VERSION_UNKNOWN, INPUT_INVALID
 */
export const parseClvModel = (input: unknown): ClvModel =>
  parseVersioned('CLV model', modelVersion, clvModel, input);
