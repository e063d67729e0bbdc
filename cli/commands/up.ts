import { homeLayout } from '@triad/shared/config/home.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { onInterrupt } from '../interrupts.ts';
import { formatDuration } from '../render/quantities.ts';
import { bootSystem } from '../system/boot-system.ts';

/** `triad up`: runs the system in the foreground until it is interrupted. */
export const up: Command<[]> = async ({ config, env, terminal, clock }) => {
  const { out, err } = terminal;
  const interrupted = Promise.withResolvers<undefined>();
  const release = onInterrupt(clock, () => interrupted.resolve(undefined));
  const began = clock.now().getTime();
  const announce = (line: string) => err.line(line);
  const system = await bootSystem({ config, env, temporary: false, announce, clock });
  const took = formatDuration(clock.now().getTime() - began);
  out.line(out.style.good(`Triad is ready`) + out.style.faint(` after ${took}`));
  out.line(`  orchestrator  ${system.orchestrator}`);
  out.line(`  invoker       ${system.invoker}`);
  out.line(`  API           ${system.orchestrator}/openapi.json`);
  out.line(`  home          ${config.home}`);
  out.line(`  logs          ${homeLayout(config.home).logs}`);
  out.line('Ctrl-C stops it.');

  const failure = await Promise.race([interrupted.promise, system.failed]);
  if (!failure) err.line('Stopping.');
  await system.stop();
  release();
  if (failure) throw failure;
  return cliExitCode.ok;
};
