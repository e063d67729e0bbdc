import { SqlProbe } from '../../orchestrator/sensors/sql-probe.ts';
import { setUpEvents } from '../harness/orchestrator/event-setup.ts';
import { SensingStarter } from '../harness/sensors/sensing-starter.ts';
import { probeConformance } from './probe.conformance.ts';

probeConformance('sql', async () => {
  const { state, events, clock } = await setUpEvents([]);
  const starter = new SensingStarter(state, clock.now());
  return {
    probe: new SqlProbe({ starter, state, events, clock }),
    watch: { kind: 'sql', query: 'SELECT 1' },
    async put(content) {
      starter.value = content;
    },
    async remove() {
      starter.value = null;
    },
    unreadable: { kind: 'sql', query: 'broken' },
  };
});
