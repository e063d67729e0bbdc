import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import type { JobContext } from '@triad/shared/jobs/job.ts';
import { clvLearner } from '../../trainer/learners/clv/clv-learner.ts';
import type { Learner } from '../../trainer/learners/learner.ts';
import { canary } from '../../trainer/steps/canary.ts';
import { simulatedHistory } from '../harness/clv/simulated-orders.ts';
import { command } from '../harness/contract-documents.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const { orders, runDate } = simulatedHistory({ customers: 300, seed: 5 });
const { model } = clvLearner.train(orders, runDate, {});
const lineage = { snapshot: 's', planHash: 'p', codeRevision: 'c', seed: 0, runDate };
const artifactOf = (learner: string, own: unknown) =>
  JSON.stringify({ version: 1, learner, model: own, metrics: {}, lineage });

describe('the canary of a model', () => {
  let directory = '';
  let artifacts: DirectoryArtifactStore;
  before(async () => {
    directory = await temporaryDirectory();
    artifacts = new DirectoryArtifactStore({ directory });
  });

  /** Scores a model artifact of this content. */
  const score = async (
    content: string,
    learners: Learner[] = [clvLearner],
    params: Params = {},
  ) => {
    const path = `runs/r1/train/1/model-${content.length}.json`;
    await artifacts.put(path, content);
    const reference = await artifacts.digest(path);
    assert.ok(reference);
    const scratch = join(directory, 'scratch');
    await mkdir(scratch, { recursive: true });
    const inputs = [{ ...reference, name: 'model', step: 'train' }];
    const context: JobContext = {
      spec: { ...command, kind: 'canary', runDate, inputs, params },
      artifacts,
      clock: systemClock,
      log: recordingLogger().log,
      scratch,
      signal: new AbortController().signal,
      addOutput: () => assert.fail('a canary writes nothing'),
    };
    return canary(learners)(context);
  };

  test('a trained model gives a plausible customer plausible scores', async () => {
    const { metrics = {}, notes } = await score(artifactOf('clv', model));
    assert.deepEqual(notes, []);
    const { 'canary.scores': scores, 'canary.not_finite': notFinite, ...values } = metrics;
    assert.deepEqual([scores, notFinite], [4, 0]);
    const { 'canary.p_alive': alive = -1, 'canary.clv': clv = -1 } = values;
    assert.ok(alive > 0.5 && alive <= 1, `${alive}`);
    assert.ok(clv > 0, `${clv}`);
  });

  test('scores that are not finite are counted and named, not reported', async () => {
    const broken: Learner = {
      ...clvLearner,
      name: 'broken',
      predict: () => ({
        customers: ['canary'],
        columns: {
          good: Float64Array.of(1),
          bad: Float64Array.of(Number.NaN),
          none: Float64Array.of(),
        },
      }),
    };
    assert.deepEqual(await score(artifactOf('broken', {}), [broken]), {
      metrics: { 'canary.scores': 3, 'canary.not_finite': 2, 'canary.good': 1 },
      notes: ["The canary's bad is NaN.", "The canary's none is undefined."],
    });
  });

  test('what is no model cannot be loaded, and says why', async () => {
    await assert.rejects(score('{"version":1,'), {
      code: 'MODEL_INVALID',
      message: /model-13\.json/,
    });
    await assert.rejects(score('{"version":1}'), { code: 'MODEL_INVALID', message: /learner/ });
    await assert.rejects(score(artifactOf('other', {})), { code: 'LEARNER_UNKNOWN' });
    await assert.rejects(score(artifactOf('clv', { schema: 'x' })), { code: 'INPUT_INVALID' });
  });

  test('the output to load can have another name than model', async () => {
    await assert.rejects(
      score(artifactOf('clv', model), [clvLearner], { 'canary.output': 'best' }),
      {
        code: 'STEP_INPUT_MISSING',
        message: /best/,
      },
    );
  });
});
