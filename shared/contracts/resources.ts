import { z } from 'zod';

export const accelerator = z.strictObject({
  /** As the cloud names it, such as `NVIDIA_L4`. */
  type: z.string().min(1),
  count: z.int().min(1).max(16).default(1),
});

/** What one attempt of a step may use. */
export const resources = z.strictObject({
  /** Resident memory of the whole process tree, in MiB. */
  memoryMiB: z.int().min(64).default(2048),
  /** Wall-clock limit of one attempt, in seconds. */
  timeLimitSeconds: z.int().min(1).default(3600),
  /** Machine type, as the cloud names it; this machine has no choice. */
  machine: z.string().min(1).optional(),
  accelerator: accelerator.optional(),
  /** The machine's disk, with the image, inputs and outputs on it, in GiB; this machine has no choice. */
  diskGiB: z.int().min(1).max(65_536).optional(),
  /** Whether a cheaper machine that may be taken away will do. */
  spot: z.boolean().optional(),
  /** Whether the job may wait until a machine with its accelerators is free; not with `spot`. */
  flexStart: z.boolean().optional(),
});
export type Resources = z.infer<typeof resources>;
