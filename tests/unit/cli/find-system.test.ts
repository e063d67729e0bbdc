import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { findSystem } from '../../../cli/system/find-system.ts';
import {
  readSystemFile,
  removeSystemFile,
  type SystemFile,
  writeSystemFile,
} from '../../../cli/system/system-file.ts';
import { availablePort } from '../../harness/available-port.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';
import { until } from '../../harness/until.ts';

/** No process has this id: it is above what any system hands out. */
const nobody = 2 ** 31 - 2;

const fileOf = (more: Partial<SystemFile> = {}): SystemFile => ({
  pid: process.pid,
  orchestrator: 'http://127.0.0.1:1',
  invoker: 'http://127.0.0.1:2',
  startedAt: '2026-01-31T06:00:00.000Z',
  ...more,
});

describe('the file of a running system', () => {
  test('it is read as it was written, and no draft remains', async () => {
    const home = await temporaryDirectory();
    await writeSystemFile(home, fileOf());
    assert.deepEqual(await readSystemFile(home), fileOf());
    assert.deepEqual(await readdir(home), ['system.json']);
  });

  test('one that is missing, cut off or of another shape says nothing', async () => {
    const home = await temporaryDirectory();
    assert.equal(await readSystemFile(home), undefined);
    for (const text of ['', '{"pid": 1', '[]', '{"pid": -1}', 'null']) {
      await writeFile(join(home, 'system.json'), text);
      assert.equal(await readSystemFile(home), undefined, text);
    }
  });

  test('only the process that it names removes it', async () => {
    const home = await temporaryDirectory();
    await writeSystemFile(home, fileOf());
    await removeSystemFile(home, nobody);
    assert.deepEqual(await readSystemFile(home), fileOf());
    await removeSystemFile(home, process.pid);
    assert.equal(await readSystemFile(home), undefined);
  });
});

describe('finding a running system', () => {
  test('one that answers is found', async () => {
    const server = createServer((_request, response) => response.writeHead(204).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const home = await temporaryDirectory();
    const file = fileOf({ orchestrator: `http://127.0.0.1:${port}` });
    await writeSystemFile(home, file);
    assert.deepEqual(await findSystem(home, systemClock), file);
    server.close();
  });

  test('one whose process is gone is not, even when something answers at its address', async () => {
    const server = createServer((_request, response) => response.writeHead(204).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const home = await temporaryDirectory();
    await writeSystemFile(home, fileOf({ pid: nobody, orchestrator: `http://127.0.0.1:${port}` }));
    assert.equal(await findSystem(home, new FakeClock()), undefined);
    server.close();
  });

  test('one whose service is being restarted is waited for', async () => {
    const port = await availablePort();
    const home = await temporaryDirectory();
    const file = fileOf({ orchestrator: `http://127.0.0.1:${port}` });
    await writeSystemFile(home, file);
    const clock = new FakeClock();
    const finding = findSystem(home, clock);
    await until('the first attempt to fail', async () => clock.pending || undefined);
    const server = createServer((_request, response) => response.writeHead(204).end());
    await once(server.listen(port, '127.0.0.1'), 'listening');
    await clock.advance(100);
    assert.deepEqual(await finding, file);
    server.close();
  });

  test('one that stays silent for 5 s is given up', async () => {
    const home = await temporaryDirectory();
    const port = await availablePort();
    await writeSystemFile(home, fileOf({ orchestrator: `http://127.0.0.1:${port}` }));
    const clock = new FakeClock();
    let isDone = false;
    const finding = findSystem(home, clock).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await until('an attempt to end', async () => clock.pending || isDone || undefined);
      await clock.advance(1000);
    }
    assert.equal(await finding, undefined);
    assert.ok(clock.now().getTime() >= Date.parse('2024-01-01T00:00:05Z'));
  });
});
