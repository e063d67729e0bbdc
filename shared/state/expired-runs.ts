/** What decides which runs may be forgotten. */
export interface RunReferences {
  /** Runs that ended long enough ago, in the order in which they are to go. */
  candidates: string[];
  /** Runs that stay whatever their age. */
  kept: string[];
  /** By run: the runs whose results it uses. */
  uses: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The candidates that no kept run needs, directly or through another. */
export function unreferenced({ candidates, kept, uses }: RunReferences): string[] {
  const expired = new Set(candidates);
  const visit = (runId: string): void => {
    expired.delete(runId);
    for (const used of uses.get(runId) ?? []) if (expired.has(used)) visit(used);
  };
  // Every run that is no candidate stays, and with it what it uses.
  const staying = [...uses.keys()].filter((runId) => !expired.has(runId));
  for (const runId of [...kept, ...staying]) visit(runId);
  return [...expired];
}

/** The runs whose folders of artifacts a stored document names. */
export const runsNamedIn = (document: string): Set<string> =>
  new Set([...document.matchAll(/"runs\/([0-9a-z-]+)\//g)].map(([, runId = '']) => runId));
