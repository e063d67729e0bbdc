import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';

const complete = {
  TRIAD_PROFILE: 'gcp',
  TRIAD_GCP_PROJECT: 'a-project',
  TRIAD_GCP_REGION: 'europe-west1',
  TRIAD_NAMESPACE: 'main',
  TRIAD_BUCKET: 'a-bucket',
};

test('embedded, nothing of the cloud is read', () => {
  assert.equal(loadConfig({ TRIAD_NAMESPACE: 'Wrong!' }).googleCloud, undefined);
});

test('values are read with their types', () => {
  const { googleCloud } = loadConfig({
    ...complete,
    TRIAD_JOB_IMAGES: '{"trainer":"x/trainer@sha256:1"}',
    TRIAD_FLEX_START_SECONDS: '600',
    TRIAD_MAX_GIB_BILLED: '2',
    TRIAD_OIDC_ACCOUNTS: '{"a@p.iam.gserviceaccount.com":"service","ada@shop.example":"admin"}',
    TRIAD_PUBSUB_ENDPOINT: '127.0.0.1:8085',
  });
  assert.equal(googleCloud?.jobs.flexStartSeconds, 600);
  assert.equal(loadConfig(complete).googleCloud?.jobs.flexStartSeconds, 86_400);
  assert.equal(googleCloud?.maximumBytesBilled, 2 * 1024 ** 3);
  assert.deepEqual(googleCloud?.jobs.images, { trainer: { image: 'x/trainer@sha256:1' } });
  assert.equal(googleCloud?.oidc.accounts.get('ada@shop.example'), 'admin');
  assert.equal(googleCloud?.endpoints.pubsub, '127.0.0.1:8085');
  assert.equal(googleCloud?.endpoints.bigQuery, undefined);
});

test('messages are pushed, unless they are to be pulled', () => {
  const deliveryOf = (TRIAD_PUBSUB_DELIVERY?: string) =>
    loadConfig({ ...complete, TRIAD_PUBSUB_DELIVERY }).googleCloud?.delivery;
  assert.equal(deliveryOf(), 'push');
  assert.equal(deliveryOf('pull'), 'pull');
  for (const wrong of ['', 'Pull', 'both']) {
    assert.throws(() => deliveryOf(wrong), {
      code: 'CONFIG_INVALID',
      message: /^Configuration TRIAD_PUBSUB_DELIVERY: expected push or pull/,
    });
  }
});

for (const variable of Object.keys(complete).filter((name) => name !== 'TRIAD_PROFILE')) {
  test(`without ${variable} the profile gcp is refused by its name`, () => {
    assert.throws(() => loadConfig({ ...complete, [variable]: undefined }), {
      code: 'CONFIG_INVALID',
      message: new RegExp(`^Configuration ${variable}: expected `),
    });
  });
}

const jobs = '{"trainer":"x/trainer:1","trainer-gpu":"x/gpu:1","sql-runner":"x/sql:1"}';

test('each job has an account of its own, and the trainer an image for accelerators', () => {
  const { googleCloud } = loadConfig({
    ...complete,
    TRIAD_JOB_IMAGES: jobs,
    TRIAD_JOB_SERVICE_ACCOUNTS: '{"trainer":"t@p.example","sql-runner":"s@p.example"}',
  });
  assert.deepEqual(googleCloud?.jobs.images, {
    trainer: {
      image: 'x/trainer:1',
      acceleratorImage: 'x/gpu:1',
      serviceAccount: 't@p.example',
    },
    'sql-runner': { image: 'x/sql:1', serviceAccount: 's@p.example' },
  });
});

test('without any accounts, all jobs have the default one of the platform', () => {
  const { googleCloud } = loadConfig({ ...complete, TRIAD_JOB_IMAGES: jobs });
  const accounts = Object.values(googleCloud?.jobs.images ?? {});
  assert.deepEqual(
    accounts.map(({ serviceAccount }) => serviceAccount),
    [undefined, undefined],
  );
});

for (const [what, accounts, key] of [
  ['a job without an account', '{"trainer":"t@p.example"}', 'sql-runner'],
  ['no account at all', '{}', 'trainer'],
  ['an account without a job', '{"trainer":"t@p.example","scorer":"x@p.example"}', 'scorer'],
  ['an account of an image', '{"trainer-gpu":"t@p.example"}', 'trainer-gpu'],
  ['an account that is none', '{"trainer":"nobody","sql-runner":"s@p.example"}', 'trainer'],
] as const) {
  test(`${what} is CONFIG_INVALID, and names variable and key`, () => {
    const variables = { TRIAD_JOB_IMAGES: jobs, TRIAD_JOB_SERVICE_ACCOUNTS: accounts };
    assert.throws(() => loadConfig({ ...complete, ...variables }), {
      code: 'CONFIG_INVALID',
      message: new RegExp(`^Configuration TRIAD_JOB_SERVICE_ACCOUNTS: ${key}: expected `),
    });
  });
}

test('arguments stand beside an image, for accelerators too', () => {
  const { googleCloud } = loadConfig({
    ...complete,
    TRIAD_JOB_IMAGES:
      '{"trainer":{"image":"x/trainer:1","args":["--fast"]},"trainer-gpu":"x/gpu:1","sql-runner":{"image":"x/sql:1"}}',
  });
  assert.deepEqual(googleCloud?.jobs.images, {
    trainer: { image: 'x/trainer:1', acceleratorImage: 'x/gpu:1', args: ['--fast'] },
    'sql-runner': { image: 'x/sql:1' },
  });
});

test('arguments of what takes none are refused', () => {
  for (const [images, message] of [
    ['{"container":{"image":"x","args":["a"]}}', /container: expected no args/],
    ['{"trainer":"x","trainer-gpu":{"image":"x","args":["a"]}}', /beside the image of trainer/],
  ] as const) {
    const variables = { ...complete, TRIAD_JOB_IMAGES: images };
    assert.throws(() => loadConfig(variables), { code: 'CONFIG_INVALID', message });
  }
});

const wrong: Record<string, string[]> = {
  TRIAD_NAMESPACE: ['Main', '1st', 'a_b', 'ends-', 'x'.repeat(31)],
  TRIAD_JOB_IMAGES: ['', '[]', '{"a":1}', '{"A":"x"}', '{"trainer-gpu":"x"}', '{"a":{}}'],
  TRIAD_LABELS: ['crm', 'Team=crm', 'triad=other'],
  TRIAD_JOB_SERVICE_ACCOUNTS: ['', '[]', 'a@b', '{"a":1}'],
  TRIAD_FLEX_START_SECONDS: ['', '-1', '1.5', '604801', 'day'],
  TRIAD_MAX_GIB_BILLED: ['0', '-1', '1.5', 'much'],
  TRIAD_OIDC_ISSUER: ['accounts.google.com'],
  TRIAD_OIDC_ACCOUNTS: ['a@b', '[]', '{"a@b":"king"}'],
  TRIAD_PUBSUB_ENDPOINT: ['http://127.0.0.1:8085', 'localhost'],
  TRIAD_BIGQUERY_ENDPOINT: ['localhost:9050'],
};
for (const [variable, values] of Object.entries(wrong)) {
  test(`a wrong ${variable} is CONFIG_INVALID and names the variable`, () => {
    for (const value of values) {
      assert.throws(() => loadConfig({ ...complete, [variable]: value }), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`^Configuration ${variable}: .*[a-z]`),
      });
    }
  });
}
