import { MemoryBackfillStore } from '../harness/memory/memory-backfill-store.ts';
import { MemoryStateStore } from '../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { backfillStoreConformance } from './backfill-store.conformance.ts';

backfillStoreConformance('memory', async () => {
  const tables = new MemoryTables();
  return { backfills: new MemoryBackfillStore(tables), state: new MemoryStateStore(tables) };
});
