import { MemoryResultHistory } from '../harness/memory/memory-result-history.ts';
import { MemoryStateStore } from '../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { resultHistoryConformance } from './result-history.conformance.ts';

resultHistoryConformance('memory', async () => {
  const tables = new MemoryTables();
  return { history: new MemoryResultHistory(tables), store: new MemoryStateStore(tables) };
});
