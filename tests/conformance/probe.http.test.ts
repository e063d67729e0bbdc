import { HttpProbe } from '../../orchestrator/sensors/http-probe.ts';
import { PageServer } from '../harness/sensors/page-server.ts';
import { probeConformance } from './probe.conformance.ts';

const page = await PageServer.start();

for (const watch of [
  { value: 'body_hash' as const },
  { value: 'etag' as const },
  { value: 'json_pointer' as const, pointer: '/text' },
]) {
  probeConformance(`http, ${watch.value}`, async () => ({
    probe: new HttpProbe(fetch),
    watch: { kind: 'http', url: page.url, ...watch },
    async put(text) {
      page.content = JSON.stringify({ text });
    },
    async remove() {
      page.content = undefined;
    },
    unreadable: { kind: 'http', url: `${page.url}/broken`, ...watch },
  }));
}
