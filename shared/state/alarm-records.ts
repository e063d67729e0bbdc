import {
  alarmDeliveryState,
  alarmKind,
  alarmNotice,
  alarmResolution,
} from '../contracts/alarm-view.ts';
import { errorReport } from '../contracts/error-report.ts';
import type { Alarm, AlarmCondition, AlarmDelivery, NewAlarmDelivery } from './alarm-store.ts';
import type { AlarmDeliveryRecord, AlarmRecord } from './database.ts';

export const newAlarmRecord = (condition: AlarmCondition, id: string, at: Date): AlarmRecord => ({
  id,
  open_key: condition.key,
  key: condition.key,
  kind: condition.kind,
  pipeline: condition.pipeline,
  run_date: condition.runDate,
  run_id: condition.runId,
  summary: condition.summary,
  fix: condition.fix,
  since: condition.since.toISOString(),
  raised_at: at.toISOString(),
  resolved_at: null,
  resolution: null,
  notified_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
});

export const newDeliveryRecord = (
  { id, alarmId, channel, notice }: NewAlarmDelivery,
  place: number,
  at: Date,
): AlarmDeliveryRecord => ({
  id,
  alarm_id: alarmId,
  channel,
  place,
  notice: JSON.stringify(notice),
  state: 'pending',
  attempts: 0,
  created_at: at.toISOString(),
  due_at: at.toISOString(),
  ended_at: null,
  error: null,
});

export const toAlarm = (row: AlarmRecord): Alarm => ({
  id: row.id,
  key: row.key,
  kind: alarmKind.parse(row.kind),
  pipeline: row.pipeline,
  runDate: row.run_date,
  runId: row.run_id,
  summary: row.summary,
  fix: row.fix,
  since: new Date(row.since),
  raisedAt: new Date(row.raised_at),
  resolvedAt: row.resolved_at === null ? null : new Date(row.resolved_at),
  resolution: row.resolution === null ? null : alarmResolution.parse(row.resolution),
  notifiedAt: row.notified_at === null ? null : new Date(row.notified_at),
  acknowledged:
    row.acknowledged_at === null
      ? null
      : {
          at: new Date(row.acknowledged_at),
          by: row.acknowledged_by ?? '',
          comment: row.comment ?? '',
        },
});

export const toDelivery = (row: AlarmDeliveryRecord): AlarmDelivery => ({
  id: row.id,
  alarmId: row.alarm_id,
  channel: row.channel,
  notice: alarmNotice.parse(JSON.parse(row.notice)),
  state: alarmDeliveryState.parse(row.state),
  attempts: row.attempts,
  createdAt: new Date(row.created_at),
  dueAt: new Date(row.due_at),
  endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  error: row.error === null ? null : errorReport.parse(JSON.parse(row.error)),
});
