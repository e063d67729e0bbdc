import type { AlarmKind, AlarmNotice, NoticeType } from '@triad/shared/contracts/alarm-view.ts';
import type { Alarm } from '@triad/shared/state/alarm-store.ts';

const kindTitles: Record<AlarmKind, string> = {
  run_missing: 'a run is missing',
  run_not_started: 'a run does not start',
  run_late: 'a run is late',
  outputs_stale: 'the outputs are stale',
  run_failed: 'a run failed',
  step_retrying: 'a step is tried again and again',
  approval_waiting: 'a step waits for approval',
  dead_letters: 'messages could not be delivered',
  sensor_failing: 'a sensor fails',
};

const prefixes: Record<NoticeType, string> = {
  raised: '',
  reminder: 'Still: ',
  recovered: 'Recovered: ',
  expired: 'No longer watched: ',
  test: 'Test: ',
};

interface NoticeContext {
  id: string;
  type: NoticeType;
  at: Date;
  /** The orchestrator's own address. */
  url: string;
}

/** What people are told of an alarm. */
export function alarmNotice(alarm: Alarm, { id, type, at, url }: NoticeContext): AlarmNotice {
  const { pipeline, runDate, runId, kind } = alarm;
  const subject = pipeline === null ? 'Triad' : [pipeline, runDate].filter(Boolean).join(' ');
  return {
    version: 1,
    id,
    type,
    at: at.toISOString(),
    alarmId: alarm.id,
    kind,
    pipeline,
    runDate,
    runId,
    since: alarm.since.toISOString(),
    title: `${prefixes[type]}${subject}: ${kindTitles[kind]}`,
    summary: alarm.summary,
    fix: isOver(type) ? overText(type) : alarm.fix,
    command: runId === null ? 'triad alarms' : `triad show ${runId}`,
    url: `${url}/v1/alarms/${alarm.id}`,
  };
}

const isOver = (type: NoticeType) => type === 'recovered' || type === 'expired';
const overText = (type: NoticeType) =>
  type === 'recovered'
    ? 'Nothing to do: this is over.'
    : 'Nothing made up for it within the time that Triad looks back; it will not be told again.';

/** What a channel is tried with. */
export function testNotice(channel: string, id: string, at: Date, url: string): AlarmNotice {
  return {
    version: 1,
    id,
    type: 'test',
    at: at.toISOString(),
    alarmId: 'test',
    kind: null,
    pipeline: null,
    runDate: null,
    runId: null,
    since: at.toISOString(),
    title: `${prefixes.test}Triad reaches channel ${channel}`,
    summary: 'Somebody tried whether alarms arrive here. They do.',
    fix: 'Nothing to do.',
    command: 'triad alarms',
    url: `${url}/v1/alarms`,
  };
}
