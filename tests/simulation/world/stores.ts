import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { AlarmStore } from '@triad/shared/state/alarm-store.ts';
import type { BackfillStore } from '@triad/shared/state/backfill-store.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { ResultHistory } from '@triad/shared/state/result-history.ts';
import type { RunFacts } from '@triad/shared/state/run-facts.ts';
import type { SensorStore } from '@triad/shared/state/sensor-store.ts';
import type { SilenceStore } from '@triad/shared/state/silence-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { MemoryAlarmStore } from '../../harness/memory/memory-alarm-store.ts';
import { MemoryBackfillStore } from '../../harness/memory/memory-backfill-store.ts';
import { MemoryEventStore } from '../../harness/memory/memory-event-store.ts';
import { MemoryMessageStore } from '../../harness/memory/memory-message-store.ts';
import { MemoryResultHistory } from '../../harness/memory/memory-result-history.ts';
import { MemoryRunFacts } from '../../harness/memory/memory-run-facts.ts';
import { MemorySensorStore } from '../../harness/memory/memory-sensor-store.ts';
import { MemorySilenceStore } from '../../harness/memory/memory-silence-store.ts';
import { MemoryStateStore } from '../../harness/memory/memory-state-store.ts';
import { MemoryTables } from '../../harness/memory/memory-tables.ts';
import { MemoryTickLedger } from '../../harness/memory/memory-tick-ledger.ts';

/** What outlives every process. */
export interface Stores {
  state: StateStore;
  ledger: TickLedger;
  messages: MessageStore;
  backfills: BackfillStore;
  alarms: AlarmStore;
  sensors: SensorStore;
  silences: SilenceStore;
  facts: RunFacts;
  events: EventStore;
  history: ResultHistory;
}

export function memoryStores(): Stores {
  const tables = new MemoryTables();
  return {
    state: new MemoryStateStore(tables),
    ledger: new MemoryTickLedger(tables),
    messages: new MemoryMessageStore(tables),
    backfills: new MemoryBackfillStore(tables),
    alarms: new MemoryAlarmStore(),
    sensors: new MemorySensorStore(),
    silences: new MemorySilenceStore(),
    facts: new MemoryRunFacts(tables),
    events: new MemoryEventStore(tables),
    history: new MemoryResultHistory(tables),
  };
}
