import { readFileSync } from 'node:fs';
import { Command as Program } from 'commander';
import { addAccessCommands } from './programs/access-commands.ts';
import { addAlarmCommands } from './programs/alarm-commands.ts';
import type { Run } from './programs/command-group.ts';
import { addDeployCommands } from './programs/deploy-commands.ts';
import { addEventCommands } from './programs/event-commands.ts';
import { addRunCommands } from './programs/run-commands.ts';
import { addScheduleCommands } from './programs/schedule-commands.ts';
import { addStateCommands } from './programs/state-commands.ts';
import { addSystemCommands } from './programs/system-commands.ts';
import type { Terminal } from './render/terminal.ts';

const help = `
Start here:
  triad demo                          simulate customers, run the pipeline, look at the result
  triad run rfm --run-date 2026-01-31 --source orders:orders.csv
  triad sql "SELECT segment, COUNT(*) AS customers FROM rfm GROUP BY segment"
  triad up                            keep it running: schedules, HTTP API

A run id may be shortened to its unique start. All state lives under TRIAD_HOME (.triad).
With TRIAD_URL and TRIAD_TOKEN all but up, demo, doctor and state ask a system that runs elsewhere,
such as in the cloud; sql asks its warehouse, with TRIAD_PROFILE=gcp.
In a checkout, put "npm run -s" and "--" around the name: npm run -s triad -- demo

Exit codes: 0 succeeded, 1 failed, 2 wrong usage. With --json, standard output holds one JSON
document and nothing else; a failure is {"error": {"code", "message", "fix"}}. Every command but
up, which runs until Ctrl-C, has --json.`;

/**
 * The command line of `triad`. A command's code is loaded only when it is asked for, since loading
 * all of them would take longer than most of them run.
 */
export function createProgram({ out, err }: Terminal, run: Run): Program {
  const program = new Program('triad')
    .description('Runs a model on a schedule that can be trusted.')
    .version(version(), '--version')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ writeOut: out.write, writeErr: err.write, outputError: () => {} });
  addSystemCommands(program, run);
  addRunCommands(program, run);
  addScheduleCommands(program, run);
  addEventCommands(program, run);
  addAlarmCommands(program, run);
  addStateCommands(program, run);
  addAccessCommands(program, run);
  addDeployCommands(program, run);
  return program;
}

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
