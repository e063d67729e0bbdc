import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import type { CommandContext } from '../command-context.ts';
import { codeRevision } from './code-revision.ts';
import { compileCacheDirectory } from './compile-cache.ts';
import { freePorts } from './free-ports.ts';
import { projectDirectory } from './services.ts';

const LOOPBACK = '127.0.0.1';

/**
 * The environment that both services start with. They need each other's address before either
 * listens, so the ports are chosen here: the configured ones, or free ones for a temporary system
 * and where the configuration says 0. A temporary system fires no schedules, raises no alarms
 * (somebody looks at it), and nobody but this machine can reach it.
 */
export async function serviceEnvironment(
  { config, env }: Pick<CommandContext, 'config' | 'env'>,
  { temporary }: { temporary: boolean },
): Promise<NodeJS.ProcessEnv> {
  const [revision, [orchestratorPort = 0, invokerPort = 0]] = await Promise.all([
    config.codeRevision === 'unknown' ? codeRevision(projectDirectory) : config.codeRevision,
    freePorts(temporary ? LOOPBACK : config.host, 2),
  ]);
  const mustChoose = (port: number) => temporary || port === 0;
  const changes = {
    ...(mustChoose(config.orchestrator.port) && {
      TRIAD_ORCHESTRATOR_PORT: String(orchestratorPort),
      // It follows from the port.
      TRIAD_ORCHESTRATOR_URL: undefined,
    }),
    ...(mustChoose(config.invoker.port) && {
      TRIAD_INVOKER_PORT: String(invokerPort),
      TRIAD_INVOKER_URL: undefined,
    }),
    TRIAD_HOME: config.home,
    TRIAD_CODE_REVISION: revision,
    NODE_COMPILE_CACHE: compileCacheDirectory,
    ...(temporary && { TRIAD_SCHEDULER: 'off', TRIAD_WATCHER: 'off', TRIAD_HOST: LOOPBACK }),
  };
  return childEnvironment(changes, env);
}
