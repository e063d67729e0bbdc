import { parseVersioned } from '@triad/shared/contracts/versioned.ts';
import { z } from 'zod';

/** A trained model as the trainer stores it: the learner's own part, and where it comes from. */
export const modelArtifact = z.strictObject({
  version: z.literal(1),
  learner: z.string(),
  model: z.unknown(),
  metrics: z.record(z.string(), z.number()),
  lineage: z.strictObject({
    /** SHA-256 of the snapshot it was trained on: the data version. */
    snapshot: z.string(),
    planHash: z.string(),
    codeRevision: z.string(),
    seed: z.int(),
    runDate: z.string(),
  }),
});
export type ModelArtifact = z.infer<typeof modelArtifact>;

export const parseModelArtifact = (input: unknown): ModelArtifact =>
  parseVersioned('model artifact', 1, modelArtifact, input);
