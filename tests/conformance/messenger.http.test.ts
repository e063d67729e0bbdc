import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import { healthRoutes } from '../../orchestrator/api/health-routes.ts';
import { messageRoutes } from '../../orchestrator/api/message-routes.ts';
import { createApp } from '../../orchestrator/app.ts';
import { availablePort } from '../harness/available-port.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { messengerConformance } from './messenger.conformance.ts';

messengerConformance('HTTP, in front of embedded push', async (push) => {
  const { log } = recordingLogger();
  const routes = [
    ...messageRoutes(push, async () => {}),
    ...healthRoutes({
      readiness: new Readiness({}, systemClock, log),
      checks: {},
      clock: systemClock,
    }),
  ];
  const { url, close } = await listen(createApp(routes, '0.0.0', log), {
    host: '127.0.0.1',
    port: 0,
    service: 'orchestrator',
    variable: 'TRIAD_ORCHESTRATOR_PORT',
    drainMs: 0,
  });
  return { messenger: new HttpMessenger({ url }), close };
});

test('a messenger that nobody listens for is SERVICE_UNREACHABLE, to be tried again', async () => {
  const messenger = new HttpMessenger({ url: `http://127.0.0.1:${await availablePort()}` });
  const refusal = { code: 'SERVICE_UNREACHABLE', retryable: true };
  await assert.rejects(messenger.publish('one', eventOf('a')), refusal);
  await assert.rejects(messenger.check(), refusal);
});
