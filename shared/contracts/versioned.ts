import { z } from 'zod';
import { parseInput } from '../errors/parse-input.ts';
import { TriadError } from '../errors/triad-error.ts';

/** Made once: making a schema takes a hundred times as long as using it. */
const versioned = z.object({ version: z.int() });

/**
 * Parses a document that carries `version`. A version that this build does not know is
 * `CONTRACT_VERSION_UNKNOWN`, told apart from a document of a known version that is malformed.
 */
export function parseVersioned<S extends z.ZodType>(
  contract: string,
  known: number,
  schema: S,
  input: unknown,
): z.output<S> {
  const { version } = parseInput(versioned, input, contract);
  if (version !== known) {
    throw new TriadError('CONTRACT_VERSION_UNKNOWN', { contract, version, known });
  }
  return parseInput(schema, input, contract);
}
