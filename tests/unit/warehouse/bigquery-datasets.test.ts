import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bigQueryOnFake } from '../../harness/warehouse/bigquery-on-fake.ts';

suite('datasets in BigQuery', () => {
  test('carry the namespace, and only those that do are seen', async () => {
    const { fake, open } = await bigQueryOnFake({ location: 'EU', labels: { team: 'crm' } });
    fake.datasets.set('prod_shop', { datasetReference: { datasetId: 'prod_shop' } });
    const warehouse = await open();
    await warehouse.createDataset('shop', 'permanent');
    await warehouse.createDataset('shop', 'permanent');
    assert.deepEqual(await warehouse.datasets(''), ['shop', 'triad']);
    assert.deepEqual(await warehouse.datasets('sh'), ['shop']);
    assert.deepEqual(fake.datasets.get('dev_shop'), {
      datasetReference: { projectId: 'shop-1', datasetId: 'dev_shop' },
      location: 'EU',
      labels: { team: 'crm' },
    });
    assert.equal(fake.requests.filter((one) => one === 'POST /datasets').length, 2);
  });

  test('that are temporary expire by themselves, and go when the warehouse is closed', async () => {
    const { fake, open } = await bigQueryOnFake({ temporaryHours: 2 });
    const warehouse = await open();
    await warehouse.createDataset('aside', 'temporary');
    assert.equal(fake.datasets.get('dev_aside')?.defaultTableExpirationMs, '7200000');
    await warehouse.close();
    assert.deepEqual([...fake.datasets.keys()], ['dev_triad']);
  });

  test('made while the answer is lost are taken as made', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.troubles.push({ method: 'POST', path: /^\/datasets$/, answer: 'lost' });
    await (await open()).close();
    assert.deepEqual([...fake.datasets.keys()], ['dev_triad']);
  });
});
