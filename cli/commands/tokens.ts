import type { CreateTokenRequest, TokenView } from '@triad/shared/contracts/access.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

interface Json {
  json?: boolean;
}

/** `triad tokens list`: who may use the API. */
export const listTokens: Command<[options: Json]> = (context, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const tokens = await orchestrator.access.tokens();
    if (json) out.line(JSON.stringify({ tokens }, null, 2));
    else if (tokens.length === 0) err.line('No tokens.');
    else out.line(tableOf(tokens, out.style));
    return cliExitCode.ok;
  });

/** `triad tokens create`: makes one, and prints it: nobody can show it again. */
export const createToken: Command<[options: CreateTokenRequest & Json]> = (
  context,
  { json, ...request },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const created = await orchestrator.access.createToken(request);
    if (json) out.line(JSON.stringify(created, null, 2));
    else {
      out.line(created.token);
      err.line(`Keep it: it is not shown again. The triad command takes it from TRIAD_TOKEN.`);
    }
    return cliExitCode.ok;
  });

/** `triad tokens revoke`: refuses one from now on. */
export const revokeToken: Command<[id: string, options: Json]> = (context, id, { json }) =>
  withSystem(context, async ({ orchestrator }) => {
    const token = await orchestrator.access.revokeToken(id);
    const line = json
      ? JSON.stringify(token, null, 2)
      : `Token ${token.id} of ${token.name} is refused from now on.`;
    context.terminal.out.line(line);
    return cliExitCode.ok;
  });

function tableOf(tokens: TokenView[], style: Style): string {
  const columns = ['token', 'name', 'role', 'made (UTC)', 'by', 'expires', 'last used', 'revoked'];
  const at = (instant: string | null) => (instant === null ? '' : formatInstant(instant));
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    token.role,
    formatInstant(token.createdAt),
    token.createdBy,
    at(token.expiresAt),
    at(token.lastUsedAt),
    at(token.revokedAt),
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}
