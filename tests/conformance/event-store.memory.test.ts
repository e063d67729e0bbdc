import { MemoryEventStore } from '../harness/memory/memory-event-store.ts';
import { MemoryStateStore } from '../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { eventStoreConformance } from './event-store.conformance.ts';

eventStoreConformance('memory', async () => {
  const tables = new MemoryTables();
  return {
    events: new MemoryEventStore(tables),
    state: new MemoryStateStore(tables),
    reopen: async () => new MemoryEventStore(tables),
  };
});
