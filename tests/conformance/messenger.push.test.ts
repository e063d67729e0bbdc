import type { PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { messengerConformance } from './messenger.conformance.ts';

messengerConformance('embedded push', async (push: PushMessenger) => ({
  messenger: push,
  async close() {},
}));
