import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { buildGo } from '../../tests/harness/emulators/build-go.ts';
import {
  cloudStorageArguments,
  cloudStorageProgram,
} from '../../tests/harness/external/cloud-storage.ts';
import { installGoProgram } from '../../tests/harness/external/go-server.ts';
import { PgliteServer } from '../../tests/harness/state/pglite-server.ts';
import { until } from './workbench.ts';

const pstest = resolve(import.meta.dirname, '../../tests/emulators/pstest');

/** Ports of compose.emulators.yml. */
const ports = { pubsub: 8085, storage: 4443, postgres: 5432 } as const;

/** Services of compose.emulators.yml whose images are of others, and that something here stands for. */
export const standIns: readonly string[] = Object.keys(ports);

/** Builds what is written in Go unless that was done before; it needs the Go toolchain and the network. */
export async function buildStandIns(): Promise<{ pubsub: string; storage: string }> {
  return { pubsub: await buildGo(pstest), storage: await installGoProgram(cloudStorageProgram) };
}

/**
 * Does something while Google's fake of Pub/Sub, an emulator of Cloud Storage and a Postgres, which is
 * PGlite in this process, are at the ports of compose.emulators.yml.
 */
export async function withStandIns<T>(action: () => Promise<T>): Promise<T> {
  const programs = await buildStandIns();
  const database = await PgliteServer.start(ports.postgres);
  const servers: Server[] = [];
  try {
    servers.push(await startServer(programs.pubsub, ['-port', String(ports.pubsub)]));
    servers.push(await startServer(programs.storage, cloudStorageArguments(ports.storage)));
    for (const port of Object.values(ports)) await until(`port ${port}`, () => answers(port));
    return await action();
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    await Promise.all(servers.map(({ ended }) => ended));
    await database.stop();
  }
}

interface Server {
  kill(signal: NodeJS.Signals): boolean;
  ended: Promise<unknown>;
}

/** Throws when the program cannot be started: its end, which nobody waits for yet, would not tell. */
export async function startServer(program: string, args: string[]): Promise<Server> {
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), ended: once(child, 'exit') };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
