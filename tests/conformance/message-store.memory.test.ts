import { MemoryMessageStore } from '../harness/memory/memory-message-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { messageStoreConformance } from './message-store.conformance.ts';

messageStoreConformance('memory', async () => {
  const tables = new MemoryTables();
  const reopen = async () => new MemoryMessageStore(tables);
  return { store: await reopen(), reopen };
});
