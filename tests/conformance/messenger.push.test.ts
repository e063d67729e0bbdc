import type { PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { embeddedDelivery } from '../harness/messenger/embedded-delivery.ts';
import { messengerConformance } from './messenger.conformance.ts';
import { deliveryConformance } from './messenger.delivery.conformance.ts';

messengerConformance('embedded push', async (push: PushMessenger) => ({
  messenger: push,
  async close() {},
}));

deliveryConformance('embedded push', embeddedDelivery, {
  countsApart: true,
  ordered: false,
  explained: true,
});
