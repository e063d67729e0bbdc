import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { CachedStep, StateStore } from '@triad/shared/state/state-store.ts';

/** A stored result, if every one of its outputs is still there with the content it had. */
export async function findReusable(
  state: Pick<StateStore, 'cachedStep'>,
  artifacts: ArtifactStore,
  key: string,
): Promise<CachedStep | undefined> {
  const entry = await state.cachedStep(key);
  if (!entry) return undefined;
  for (const { path, sha256, bytes } of entry.result.outputs) {
    const found = await artifacts.digest(path);
    if (found?.sha256 !== sha256 || found.bytes !== bytes) return undefined;
  }
  return entry;
}
