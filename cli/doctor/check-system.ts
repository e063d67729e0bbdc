import { OrchestratorApi } from '../api/orchestrator-api.ts';
import { type DoctorCheck, fail, ok } from './finding.ts';

export const checkSystem: DoctorCheck = {
  name: 'system',
  async examine({ system, context }) {
    if (!system) return ok('not running; start it with triad up, or let triad run boot one');
    const api = new OrchestratorApi(system.orchestrator, context.config.token);
    const { checks, status } = await api.health();
    if (status === 'ok') return ok(`running at ${system.orchestrator}`);
    const failing = checks.filter(({ ok }) => !ok).map(({ name, reason }) => `${name}: ${reason}`);
    return fail(failing.join('; '), 'Read the service logs in the home, then restart triad up.');
  },
};
