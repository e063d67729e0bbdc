import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@triad/shared/log/logger.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import request from 'supertest';
import { createApp } from '../../../../orchestrator/app.ts';
import type { Orchestrator } from '../../../../orchestrator/orchestrator.ts';
import { setUpWholeOrchestrator } from '../../../harness/orchestrator/whole-orchestrator.ts';

const readyOf = ({ routes }: Orchestrator) =>
  request(createApp(routes, '0.0.0', createLogger('test', 'silent'))).get('/readyz');

test('an orchestrator whose loops go round is ready, minutes later too', async () => {
  const { orchestrator, clock } = await setUpWholeOrchestrator();
  await orchestrator.start();
  for (let second = 0; second < 180; second += 1) await clock.advance(1000);
  const { status, text } = await readyOf(orchestrator);
  assert.equal(status, 204, text);
  await orchestrator.stop();
});

test('a loop that hangs makes the orchestrator unready, and is named', async () => {
  const events = new KyselyEventStore(await openSqlite(':memory:'));
  let letGo = () => {};
  const hanging = new Promise<never[]>((resolve) => {
    letGo = () => resolve([]);
  });
  Object.assign(events, { unprocessed: () => hanging });
  const { orchestrator, clock } = await setUpWholeOrchestrator({ events });
  await orchestrator.start();
  for (let second = 0; second < 90; second += 1) await clock.advance(1000);
  const { status, body } = await readyOf(orchestrator);
  assert.equal(status, 503);
  assert.match(body.error.message, /event router loop has not gone round/);
  letGo();
  await orchestrator.stop();
});
