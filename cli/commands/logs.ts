import { sleep } from '@triad/shared/clock/clock.ts';
import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { logText } from '../render/log-text.ts';
import type { TextOutput } from '../render/terminal.ts';
import { type SystemSession, withSystem } from '../system/system-session.ts';

const POLL_MS = 250;

/** `triad logs`: what the latest attempt of a step printed, or of every step. */
export const logs: Command<
  [run: string, step: string | undefined, options: { follow?: boolean; json?: boolean }]
> = (context, id, stepName, { follow = false, json = false }) => {
  if (follow && json)
    throw new TriadError('USAGE', { reason: 'Give --follow or --json, not both.' });
  return withSystem(context, async (session) => {
    const { out, err } = context.terminal;
    const runId = await resolveRunId(session.orchestrator, id);
    const print = logPrinter(out, stepName === undefined);
    for (;;) {
      const { run, found } = await session.persist((system) => read(system, runId, stepName));
      if (json) {
        const logs = found.map(({ step, attempt, text }) => ({ step, attempt, text }));
        out.line(JSON.stringify({ runId, logs }, null, 2));
        return cliExitCode.ok;
      }
      for (const { step, commandId, text } of found) print(step, commandId, text);
      if (!follow || run.finishedAt !== null) {
        if (found.every(({ text }) => text.trim() === '')) err.line('No output.');
        return cliExitCode.ok;
      }
      await sleep(context.clock, session.pauseMs(POLL_MS));
    }
  });
};

interface StepLog {
  step: string;
  attempt: number;
  commandId: string;
  text: string;
}

/** The run is asked first: once it has ended, the logs that are read after are complete. */
async function read({ orchestrator }: SystemSession, runId: string, name?: string) {
  const run = await orchestrator.getRun(runId);
  const found: StepLog[] = [];
  for (const step of chosenSteps(run, name)) {
    const latest = step.history.at(-1);
    if (!latest) continue;
    const { attempt, commandId } = latest;
    const text = await orchestrator.attemptLog(runId, step.name, attempt);
    found.push({ step: step.name, attempt, commandId, text });
  }
  return { run, found };
}

function chosenSteps({ runId, steps }: RunView, name: string | undefined): StepView[] {
  if (name === undefined) return steps;
  const chosen = steps.filter((step) => step.name === name);
  if (chosen.length > 0) return chosen;
  throw new TriadError('NOT_FOUND', { what: `step of run ${runId}`, name });
}

/** Prints what is new of each log, under the name of its step when there are several. */
function logPrinter(output: TextOutput, hasTitles: boolean) {
  const printed = new Map<string, number>();
  let current = '';
  return (step: string, commandId: string, log: string) => {
    const text = log.slice(printed.get(commandId) ?? 0).trimEnd();
    if (text === '') return;
    if (hasTitles && current !== commandId) output.line(output.style.strong(step));
    current = commandId;
    printed.set(commandId, log.length);
    output.line(logText(text));
  };
}
