import { z } from 'zod';

/** A file in the artifact store, pinned by its content. */
export const artifactReference = z.strictObject({
  /** Path inside the artifact store. */
  path: z.string().min(1),
  bytes: z.int().min(0),
  /** SHA-256 of the content, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex'),
});
export type ArtifactReference = z.infer<typeof artifactReference>;
