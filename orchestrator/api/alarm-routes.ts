import { doneBy } from '@triad/shared/access/principal.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import {
  type AlarmView,
  acknowledgeRequest,
  alarmChannelList,
  alarmDetails,
  alarmKind,
  alarmList,
  alarmState,
  alarmView,
} from '@triad/shared/contracts/alarm-view.ts';
import { slug } from '@triad/shared/contracts/names.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Alarm, AlarmDelivery, AlarmStore } from '@triad/shared/state/alarm-store.ts';
import { z } from 'zod';
import { SEND_LIMIT_MS } from '../alarms/alarm-dispatcher.ts';
import { testNotice } from '../alarms/alarm-notice.ts';
import type { AlarmChannel } from '../alarms/channels/alarm-channel.ts';
import { withTimeLimit } from '../alarms/with-time-limit.ts';
import { type Route, route } from './route.ts';

export interface AlarmRoutesOptions {
  alarms: AlarmStore;
  channels: ReadonlyMap<string, AlarmChannel>;
  clock: Clock;
  ids: Ids;
  /** The orchestrator's own address. */
  url: string;
}

const id = z.string().min(1).max(64);

const alarmQuery = z.strictObject({
  state: alarmState.optional(),
  pipeline: slug.optional(),
  kind: alarmKind.optional(),
  before: id.optional().describe('Only alarms raised before this one.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function alarmRoutes(options: AlarmRoutesOptions): Route[] {
  const { alarms, channels, clock, ids, url } = options;

  const find = async (alarmId: string): Promise<Alarm> => {
    const alarm = await alarms.getAlarm(alarmId);
    if (!alarm) throw new TriadError('NOT_FOUND', { what: 'alarm', name: alarmId });
    return alarm;
  };

  return [
    route({
      method: 'get',
      path: '/v1/alarms',
      summary: 'List alarms, newest first.',
      query: alarmQuery,
      status: 200,
      response: alarmList,
      async handle({ query: { state, pipeline, kind, before, limit } }) {
        const found = await alarms.listAlarms({
          ...(state && { state }),
          ...(pipeline && { pipeline }),
          ...(kind && { kind }),
          ...(before && { before }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
        return { alarms: page.map(viewOf), next };
      },
    }),
    route({
      method: 'get',
      path: '/v1/alarms/{id}',
      summary: 'Show an alarm and what became of its notices.',
      params: z.strictObject({ id }),
      status: 200,
      response: alarmDetails,
      async handle({ params }) {
        const alarm = await find(params.id);
        const deliveries = await alarms.deliveriesOf(alarm.id);
        return { ...viewOf(alarm), deliveries: deliveries.map(deliveryViewOf) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/alarms/{id}:acknowledge',
      summary: 'Say that somebody sees to it: there are no more reminders.',
      params: z.strictObject({ id }),
      body: acknowledgeRequest,
      status: 200,
      response: alarmView,
      async handle({ params, body, principal }) {
        const by = doneBy(principal, body.by);
        if (!(await alarms.acknowledge(params.id, { ...body, by, at: clock.now() }))) {
          const { resolvedAt } = await find(params.id);
          throw new TriadError('ALARM_NOT_OPEN', {
            alarm: params.id,
            resolvedAt: resolvedAt?.toISOString() ?? '',
          });
        }
        return viewOf(await find(params.id));
      },
    }),
    route({
      method: 'get',
      path: '/v1/alarm-channels',
      summary: 'List the channels that alarms can go to.',
      status: 200,
      response: alarmChannelList,
      handle: async () => ({
        channels: [...channels].map(([name, { type }]) => ({ name, type })),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/alarm-channels/{name}:test',
      summary: 'Send a test to a channel, and answer when it was taken.',
      params: z.strictObject({ name: slug }),
      status: 204,
      async handle({ params: { name } }) {
        const channel = channels.get(name);
        if (!channel) throw new TriadError('NOT_FOUND', { what: 'alarm channel', name });
        const notice = testNotice(name, ids.next(), clock.now(), url);
        await withTimeLimit(clock, SEND_LIMIT_MS, (signal) => channel.send(notice, signal));
      },
    }),
  ];
}

const viewOf = (alarm: Alarm): AlarmView => ({
  id: alarm.id,
  kind: alarm.kind,
  pipeline: alarm.pipeline,
  runDate: alarm.runDate,
  runId: alarm.runId,
  state: alarm.resolvedAt ? 'resolved' : 'open',
  summary: alarm.summary,
  fix: alarm.fix,
  since: alarm.since.toISOString(),
  raisedAt: alarm.raisedAt.toISOString(),
  resolvedAt: alarm.resolvedAt?.toISOString() ?? null,
  resolution: alarm.resolution,
  notifiedAt: alarm.notifiedAt?.toISOString() ?? null,
  acknowledged: alarm.acknowledged && {
    ...alarm.acknowledged,
    at: alarm.acknowledged.at.toISOString(),
  },
});

const deliveryViewOf = (delivery: AlarmDelivery) => ({
  id: delivery.id,
  channel: delivery.channel,
  type: delivery.notice.type,
  state: delivery.state,
  attempts: delivery.attempts,
  createdAt: delivery.createdAt.toISOString(),
  dueAt: delivery.state === 'pending' ? delivery.dueAt.toISOString() : null,
  endedAt: delivery.endedAt?.toISOString() ?? null,
  error: delivery.error,
});
