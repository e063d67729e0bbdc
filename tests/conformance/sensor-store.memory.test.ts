import { MemorySensorStore } from '../harness/memory/memory-sensor-store.ts';
import { sensorStoreConformance } from './sensor-store.conformance.ts';

sensorStoreConformance('memory', async () => {
  const store = new MemorySensorStore();
  return { store, reopen: async () => store };
});
