import type { Manifest, ManifestTable } from '@triad/shared/contracts/manifest.ts';

/** What a step says of a table that it published. */
export const publishedTable = (
  result: Pick<Manifest, 'tables'> | undefined,
  name: string,
): ManifestTable | undefined => result?.tables.find(({ table }) => table === name);
