import { slug } from '@triad/shared/contracts/names.ts';
import { sensorCheck, sensorList } from '@triad/shared/contracts/sensor-view.ts';
import { z } from 'zod';
import type { SensorWatcher } from '../sensors/sensor-watcher.ts';
import { type Route, route } from './route.ts';

export function sensorRoutes(watcher: SensorWatcher): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/sensors',
      summary: 'List the sensors of all pipelines: what they saw last, and when they look next.',
      status: 200,
      response: sensorList,
      handle: async () => ({ sensors: await watcher.list() }),
    }),
    route({
      method: 'post',
      path: '/v1/sensors/{pipeline}/{name}:check',
      summary: 'Let a sensor look now; with `force`, start a run although nothing changed.',
      params: z.strictObject({ pipeline: slug, name: slug }),
      body: z.strictObject({ force: z.boolean().default(false) }),
      status: 200,
      response: sensorCheck,
      handle: ({ params: { pipeline, name }, body: { force } }) =>
        watcher.check(pipeline, name, force),
    }),
  ];
}
