import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlarmChannel } from '../../orchestrator/alarms/channels/alarm-channel.ts';
import { noticeOf } from '../harness/alarms/alarm-fixtures.ts';

/** A channel and who receives. */
export interface ChannelSetup {
  channel: AlarmChannel;
  /** What arrived, each as the text that people or programs read. */
  received(): string[];
  close(): Promise<void>;
}

/** A channel to a real receiver, which can fail. */
export interface RemoteChannelSetup extends ChannelSetup {
  /** From now on the receiver refuses. */
  refuse(): void;
  /** From now on the receiver takes what it is sent and answers nothing. */
  hang(): void;
}

/** @param open a channel named `ops` */
export function alarmChannelConformance(name: string, open: () => Promise<ChannelSetup>): void {
  describe(`alarm channel: ${name}`, () => {
    test('a notice arrives with what happened, since when and what to do', () =>
      using(open, async ({ channel, received }) => {
        await channel.send(noticeOf(), AbortSignal.timeout(5000));
        await channel.send(noticeOf({ id: 'n2', type: 'recovered' }), AbortSignal.timeout(5000));
        const [first = '', ...others] = received();
        assert.equal(others.length, 1);
        for (const part of ['a run failed', 'Run r1 failed', '2024-02-01', 'Mend it.', 'show r1']) {
          assert.ok(first.includes(part), `${part} is not in ${first}`);
        }
      }));
  });
}

/**
 * @param open a channel named `ops`; whatever is secret about it holds the word `hunter2`
 */
export function remoteChannelConformance(
  name: string,
  open: () => Promise<RemoteChannelSetup>,
): void {
  alarmChannelConformance(name, open);
  describe(`remote alarm channel: ${name}`, () => {
    const isFailure = (reason: RegExp) => (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ALARM_DELIVERY_FAILED');
      assert.match(error.message, /^Channel ops did not take the notice: /);
      assert.match(error.message, reason);
      assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /hunter2/);
      return true;
    };

    test('a receiver that refuses is a failure that tells no secret', () =>
      using(open, async ({ channel, refuse }) => {
        refuse();
        await assert.rejects(channel.send(noticeOf(), AbortSignal.timeout(5000)), isFailure(/./));
      }));

    test('a receiver that hangs is left when the signal says so', () =>
      using(open, async ({ channel, hang }) => {
        hang();
        const limit = new AbortController();
        const sent = channel.send(noticeOf(), limit.signal);
        setImmediate(() => limit.abort('no answer within 10000 ms'));
        await assert.rejects(sent, isFailure(/no answer within 10000 ms/));
      }));

    test('a receiver that is gone is a failure that tells no secret', () =>
      using(open, async ({ channel, close }) => {
        await close();
        await assert.rejects(channel.send(noticeOf(), AbortSignal.timeout(5000)), isFailure(/./));
      }));
  });
}

async function using<S extends ChannelSetup>(
  open: () => Promise<S>,
  act: (setup: S) => Promise<void>,
): Promise<void> {
  const setup = await open();
  try {
    await act(setup);
  } finally {
    await setup.close();
  }
}
