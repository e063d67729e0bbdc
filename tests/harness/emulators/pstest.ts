import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { buildGo } from './build-go.ts';

const sources = resolve(import.meta.dirname, '../../emulators/pstest');

/** What the next calls of a method end with. */
export interface Fault {
  /** Such as `Publish`. */
  method: string;
  /** Of gRPC. @default 0 */
  code?: number;
  message?: string;
  /** @default 1 */
  times?: number;
  /** The call is carried out, and only its answer is lost. */
  after?: boolean;
  /** There is no answer at all. */
  hang?: boolean;
}

/** Google's fake of Pub/Sub, in a process of its own. */
export interface Pstest {
  /** Such as `127.0.0.1:8085`. */
  endpoint: string;
  port: number;
  fail(fault: Fault): Promise<void>;
  /** Forgets the faults that have not happened. */
  heal(): Promise<void>;
  /** Ends the server, with all its topics and messages. */
  kill(): Promise<void>;
}

/**
 * Builds the server where that is needed, and starts it. It is killed when the tests of the file end.
 *
 * @param port any free one by default
 */
export async function startPstest(port = 0): Promise<Pstest> {
  const server = spawn(await buildGo(sources), ['-port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const kill = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  after(kill);
  const ports = await portsOf(server);
  const control = async (method: 'POST' | 'DELETE', body?: string) => {
    const response = await fetch(`http://127.0.0.1:${ports.control}`, {
      method,
      ...(body !== undefined && { body }),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  return {
    endpoint: `127.0.0.1:${ports.port}`,
    port: ports.port,
    fail: (fault) => control('POST', JSON.stringify(fault)),
    heal: () => control('DELETE'),
    kill,
  };
}

async function portsOf(server: ChildProcess): Promise<{ port: number; control: number }> {
  if (!server.stdout) throw new Error('pstest has no output');
  for await (const line of createInterface(server.stdout)) return JSON.parse(line);
  throw new Error('pstest ended before it said where it listens');
}
