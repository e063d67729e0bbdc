import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { OrchestratorApi } from '../api/orchestrator-api.ts';
import type { Command } from '../command-context.ts';
import { renderTable } from '../render/table.ts';
import { findSystem } from '../system/find-system.ts';

/** `triad health`: whether the running system and all it depends on are well. */
export const health: Command<[options: { json?: boolean }]> = async (context, { json }) => {
  const { config, clock, terminal } = context;
  const { out } = terminal;
  const url = config.systemUrl ?? (await findSystem(config.home, clock))?.orchestrator;
  if (url === undefined) {
    const reason = `no system runs on ${config.home}`;
    throw new TriadError('SERVICE_UNREACHABLE', {
      service: 'orchestrator',
      url: config.orchestrator.url,
      reason,
    });
  }
  const report = await new OrchestratorApi(url, config.token).health();
  const rows = report.checks.map(({ name, ok, reason }) => [
    ok ? out.style.good('✓') : out.style.bad('✗'),
    name,
    reason ?? 'ok',
  ]);
  if (json) out.line(JSON.stringify(report, null, 2));
  else
    out.line(
      renderTable(
        ['', 'check', 'answer'].map((head) => ({ head })),
        rows,
        out.style,
      ),
    );
  return report.status === 'ok' ? cliExitCode.ok : cliExitCode.failed;
};
