import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { after } from 'node:test';
import { promisify } from 'node:util';
import { availablePort } from '../available-port.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { until } from '../until.ts';

/** Programs of these versions are built once and kept. */
const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/go-servers');

export interface GoServer {
  url: string;
  /** All that it wrote, for when something goes wrong. */
  output(): string;
}

/**
 * Installs a server written in Go, which needs the Go toolchain, and starts it on a free port of
 * the loopback address. It is killed when the tests of the file end.
 *
 * @param program such as `example.com/server@v1.2.3`
 * @param module as `installGoProgram` takes it
 * @param env variables for the server, beside those of this process
 */
export async function startGoServer(
  program: string,
  argumentsFor: (port: number) => string[],
  { module, env }: { module?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<GoServer> {
  const port = await availablePort();
  const server = spawn(await installGoProgram(program, module), argumentsFor(port), {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const ended = once(server, 'exit');
  after(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await until(`${program} to answer`, async () => {
    if (server.exitCode !== null) throw new Error(`${program} ended: ${output}`);
    return (await fetch(url)).status;
  });
  return { url, output: () => output };
}

/**
 * Installs a program unless it is there; what takes longer than a test may is done ahead by this.
 *
 * @param module the program's module, for one whose list of versions is not to be had: it is built
 *   from exactly that version then, without `go install`, which looks for newer ones
 * @returns the program's path
 */
export async function installGoProgram(program: string, module?: string): Promise<string> {
  const [path = '', version = ''] = program.split('@');
  const folder = join(cache, version);
  const binary = join(folder, basename(path));
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder };
  const run = promisify(execFile);
  if (module === undefined) {
    await run('go', ['install', program], { env, timeout: 600_000 });
    return binary;
  }
  const build = await temporaryDirectory();
  await writeFile(
    join(build, 'go.mod'),
    `module build\n\ngo 1.25.0\n\nrequire ${module} ${version}\n`,
  );
  await run('go', ['build', '-mod=mod', '-o', binary, path], {
    cwd: build,
    env,
    timeout: 3_600_000,
  });
  return binary;
}
