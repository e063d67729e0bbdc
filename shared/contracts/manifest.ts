import { z } from 'zod';
import { artifactReference } from './artifact-reference.ts';
import { pins, stepInput } from './command.ts';
import { instant, isoDate } from './dates.ts';
import { fanOutLimit } from './fan-out.ts';
import { paramValue } from './json.ts';
import { commandId, slug } from './names.ts';
import { parseVersioned } from './versioned.ts';

export { errorPath, manifestPath } from './attempt.ts';

/** A file that the job wrote. */
export const manifestOutput = artifactReference.extend({
  /** Unique within the step, such as `snapshot` or `model`. */
  name: slug,
  /** For tabular outputs. */
  rows: z.int().min(0).optional(),
});
export type ManifestOutput = z.infer<typeof manifestOutput>;

const haveUniqueNames = (outputs: ManifestOutput[]): boolean =>
  new Set(outputs.map(({ name }) => name)).size === outputs.length;

/** A warehouse table whose rows of `runDate` the job published. */
export const manifestTable = z.strictObject({
  table: z.string(),
  /** Rows of this run date. */
  rows: z.int().min(0),
  /** How far the data of these rows reaches: their latest day or instant, where they have any. */
  watermark: z.union([isoDate, instant]).optional(),
});
export type ManifestTable = z.infer<typeof manifestTable>;

/** What a check of the data found, such as an assertion. */
export const manifestCheck = z.strictObject({
  name: z.string().min(1),
  result: z.enum(['passed', 'failed', 'skipped']),
  /** How many rows should not be there. */
  failingRows: z.int().min(0).optional(),
  /** A few of them, for people. */
  sample: z.string().optional(),
});
export type ManifestCheck = z.infer<typeof manifestCheck>;

/** The last file a job writes. Without it, nothing that the job did counts. */
export const manifest = z.strictObject({
  version: z.literal(1),
  commandId,
  runDate: isoDate,
  outputs: z.array(manifestOutput).refine(haveUniqueNames, 'expected each output name once'),
  tables: z.array(manifestTable),
  /** Flat names such as `bg_nbd.r`; always finite. */
  metrics: z.record(z.string(), z.number()),
  /** What a person should know: fallbacks taken, rows rejected. */
  notes: z.array(z.string()),
  /** What the job's own checks found. */
  checks: z.array(manifestCheck).optional(),
  /** Lists that later steps can fan out over. */
  lists: z.record(slug, z.array(paramValue).max(fanOutLimit)).optional(),
  lineage: pins.extend({
    inputs: z.array(stepInput),
    /** SHA-256 of the SQL that ran, where the step ran SQL. */
    sqlHash: z.string().optional(),
    /** SHA-256 of the file that the step read from outside, such as a load's source. */
    sourceHash: z.string().optional(),
  }),
  startedAt: instant,
  finishedAt: instant,
});
export type Manifest = z.infer<typeof manifest>;

export const parseManifest = (input: unknown): Manifest =>
  parseVersioned('manifest', 1, manifest, input);
