import {
  type AlarmDetails,
  type AlarmView,
  alarmChannelList,
  alarmDetails,
  alarmList,
  alarmView,
  type SilenceRequest,
  type SilenceView,
  silenceList,
  silenceView,
} from '@triad/shared/contracts/alarm-view.ts';
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';

/** Longer than the orchestrator itself waits for a channel. */
const CHANNEL_TEST_MS = 15_000;

/** The part of the API about alarms. */
export class AlarmApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Newest first. */
  list(filter: {
    state?: AlarmView['state'];
    pipeline?: string;
    limit: number;
  }): Promise<z.output<typeof alarmList>> {
    const query = new URLSearchParams({ ...filter, limit: String(filter.limit) });
    return this.#client.ask(alarmList, { path: `/v1/alarms?${query}` });
  }

  show(id: string): Promise<AlarmDetails> {
    return this.#client.ask(alarmDetails, { path: `/v1/alarms/${encodeURIComponent(id)}` });
  }

  acknowledge(id: string, body: { by: string; comment: string }): Promise<AlarmView> {
    const path = `/v1/alarms/${encodeURIComponent(id)}:acknowledge`;
    return this.#client.ask(alarmView, { path, body });
  }

  async channels(): Promise<{ name: string; type: string }[]> {
    return (await this.#client.ask(alarmChannelList, { path: '/v1/alarm-channels' })).channels;
  }

  async testChannel(name: string): Promise<void> {
    const path = `/v1/alarm-channels/${encodeURIComponent(name)}:test`;
    await this.#client.ask(z.undefined(), { method: 'POST', path, timeoutMs: CHANNEL_TEST_MS });
  }

  addSilence(body: SilenceRequest): Promise<SilenceView> {
    return this.#client.ask(silenceView, { path: '/v1/silences', body });
  }

  /** Those in force, newest first. */
  async silences(): Promise<SilenceView[]> {
    return (await this.#client.ask(silenceList, { path: '/v1/silences?active=true' })).silences;
  }

  endSilence(id: string): Promise<SilenceView> {
    const path = `/v1/silences/${encodeURIComponent(id)}:end`;
    return this.#client.ask(silenceView, { method: 'POST', path });
  }
}
