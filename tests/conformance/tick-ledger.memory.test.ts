import { MemoryStateStore } from '../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../harness/memory/memory-tables.ts';
import { MemoryTickLedger } from '../harness/memory/memory-tick-ledger.ts';
import { tickLedgerConformance } from './tick-ledger.conformance.ts';

tickLedgerConformance('memory', async () => {
  const tables = new MemoryTables();
  const reopen = async () => new MemoryTickLedger(tables);
  return { ledger: await reopen(), state: new MemoryStateStore(tables), reopen };
});
