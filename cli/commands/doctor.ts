import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command } from '../command-context.ts';
import { doctorChecks } from '../doctor/doctor-checks.ts';
import { type DoctorCheck, type Examination, type Finding, fail } from '../doctor/finding.ts';
import type { Style } from '../render/style.ts';
import { findSystem } from '../system/find-system.ts';

type NamedFinding = { name: string } & Finding;

/** `triad doctor`: what would keep Triad from working here, and the remedies. */
export const doctor: Command<[options: { json?: boolean }]> = async (context, { json }) => {
  const { out } = context.terminal;
  const system = await findSystem(context.config.home, context.clock);
  const findings = await Promise.all(
    doctorChecks.map((check) => examine(check, { context, system })),
  );
  const isWell = findings.every(({ status }) => status !== 'fail');
  if (json) out.line(JSON.stringify({ isWell, findings }, null, 2));
  else for (const finding of findings) out.line(findingText(finding, out.style));
  return isWell ? cliExitCode.ok : cliExitCode.failed;
};

/** A check that breaks is itself a finding; the others are still made. */
async function examine(check: DoctorCheck, examination: Examination): Promise<NamedFinding> {
  const { name } = check;
  try {
    return { name, ...(await check.examine(examination)) };
  } catch (error) {
    const { message, fix } = toTriadError(error);
    return { name, ...fail(message, fix) };
  }
}

const NAME_WIDTH = 18;

function findingText({ name, status, detail, remedy }: NamedFinding, style: Style): string {
  const mark = { ok: style.good('ok  '), warn: style.warning('warn'), fail: style.bad('fail') };
  const line = `${mark[status]}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
  return remedy === undefined ? line : `${line}\n      ${style.strong('To fix:')} ${remedy}`;
}
