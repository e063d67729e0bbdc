import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { startPstest } from '../harness/emulators/pstest.ts';
import { pubsubDelivery } from '../harness/emulators/pubsub-delivery.ts';
import { pubsubInFront } from '../harness/emulators/pubsub-in-front.ts';
import { messengerConformance } from './messenger.conformance.ts';
import { deliveryConformance } from './messenger.delivery.conformance.ts';

const { endpoint } = await startPstest();

messengerConformance(`${PubsubMessenger.name}, in front of embedded push`, pubsubInFront(endpoint));

// `countsApart` and `explained`: see docs/emulators.md.
deliveryConformance('Pub/Sub, pulled', () => pubsubDelivery(endpoint), {
  countsApart: false,
  ordered: true,
  explained: false,
});
