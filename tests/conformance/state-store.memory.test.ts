import { MemoryStateStore } from '../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { stateStoreConformance } from './state-store.conformance.ts';

stateStoreConformance('memory', async () => {
  const tables = new MemoryTables();
  return {
    store: new MemoryStateStore(tables),
    reopen: async () => new MemoryStateStore(tables),
  };
});
