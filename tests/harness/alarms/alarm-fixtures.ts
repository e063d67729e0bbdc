import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { AlarmCondition, NewAlarmDelivery } from '@triad/shared/state/alarm-store.ts';
import type { DatedRun } from '@triad/shared/state/run-facts.ts';

export const conditionOf = (more: Partial<AlarmCondition> = {}): AlarmCondition => ({
  key: 'run_failed/test/2024-01-31',
  kind: 'run_failed',
  pipeline: 'test',
  runDate: '2024-01-31',
  runId: 'r1',
  since: new Date('2024-02-01T06:00:00.000Z'),
  summary: 'Run r1 failed.',
  fix: 'Mend it.',
  ...more,
});

export const noticeOf = (more: Partial<AlarmNotice> = {}): AlarmNotice => ({
  version: 1,
  id: 'n1',
  type: 'raised',
  at: '2024-02-01T06:00:00.000Z',
  alarmId: 'a1',
  kind: 'run_failed',
  pipeline: 'test',
  runDate: '2024-01-31',
  runId: 'r1',
  since: '2024-02-01T06:00:00.000Z',
  title: 'test 2024-01-31: a run failed',
  summary: 'Run r1 failed: <boom> & @here',
  fix: 'Mend it.',
  command: 'triad show r1',
  url: 'http://orchestrator/v1/alarms/a1',
  ...more,
});

export const deliveryOf = (id: string, more: Partial<NewAlarmDelivery> = {}): NewAlarmDelivery => ({
  id,
  alarmId: 'a1',
  channel: 'ops',
  notice: noticeOf({ id }),
  ...more,
});

export const datedRunOf = (runId: string, more: Partial<DatedRun> = {}): DatedRun => ({
  runId,
  pipeline: 'test',
  runDate: '2024-01-31',
  state: 'succeeded',
  trigger: 'schedule',
  createdAt: new Date('2024-01-31T06:00:00.000Z'),
  finishedAt: new Date('2024-01-31T06:10:00.000Z'),
  error: null,
  intervalEnd: null,
  ...more,
});
