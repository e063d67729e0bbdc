import { messengerConformance } from './messenger.conformance.ts';

messengerConformance('embedded push', async (push) => ({ messenger: push, async close() {} }));
