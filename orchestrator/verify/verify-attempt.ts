import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { type Manifest, manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import { attemptPrefix, type CommandKey, formatCommandId } from '@triad/shared/contracts/names.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { ResultHistory } from '@triad/shared/state/result-history.ts';
import type { Finding } from './evidence.ts';
import { verifyPostconditions } from './verify-postconditions.ts';

export interface Verification {
  manifest: Manifest;
  /** Of each postcondition, in their order; not all need hold. */
  findings: Finding[];
}

/**
 * What an attempt has done, its outputs compared with its manifest to the byte; `undefined` when
 * there is no manifest. Errors: `MANIFEST_MISMATCH`, or a manifest that breaks its contract.
 */
export async function verifyAttempt(
  { artifacts, history }: { artifacts: ArtifactStore; history: ResultHistory },
  key: CommandKey,
  step: PipelineStep,
  plan: Pick<RunPlan, 'pipeline' | 'runDate' | 'interval'>,
): Promise<Verification | undefined> {
  const manifest = await wholeManifest(artifacts, key, plan.runDate);
  if (!manifest) return undefined;
  const findings = await verifyPostconditions(step.postconditions, {
    plan,
    manifest,
    previous: once(() =>
      history.previousResult({
        pipeline: plan.pipeline.name,
        step: key.step,
        runDate: plan.runDate,
      }),
    ),
  });
  return { manifest, findings };
}

async function wholeManifest(
  artifacts: ArtifactStore,
  key: CommandKey,
  runDate: string,
): Promise<Manifest | undefined> {
  const stored = await artifacts.get(manifestPath(key));
  if (!stored) return undefined;
  const manifest = parseManifest(parseJson(stored.body.toString('utf8'), manifestPath(key)));
  const id = formatCommandId(key);
  if (manifest.commandId !== id) throw mismatch(manifestPath(key), id, manifest.commandId);
  if (manifest.runDate !== runDate) throw mismatch(manifestPath(key), runDate, manifest.runDate);
  for (const output of manifest.outputs) {
    if (!output.path.startsWith(`${attemptPrefix(key)}/`)) {
      throw mismatch(output.path, `a path under ${attemptPrefix(key)}/`, output.path);
    }
    const found = await artifacts.digest(output.path);
    if (!found) throw mismatch(output.path, `SHA-256 ${output.sha256}`, 'no such file');
    if (found.sha256 !== output.sha256 || found.bytes !== output.bytes) {
      throw mismatch(
        output.path,
        `SHA-256 ${output.sha256} (${output.bytes} bytes)`,
        `${found.sha256} (${found.bytes} bytes)`,
      );
    }
  }
  return manifest;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw mismatch(path, 'a JSON document', text.slice(0, 80));
  }
}

const mismatch = (path: string, expected: string, actual: string) =>
  new TriadError('MANIFEST_MISMATCH', { path, expected, actual });

/** Asks at the first need, and no more. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
