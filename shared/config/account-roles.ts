import { z } from 'zod';
import { type Role, userRole } from '../contracts/access.ts';
import { TriadError } from '../errors/triad-error.ts';

const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/);
const accountRoles = z.record(address, z.enum([...userRole.options, 'service']));

/**
 * Who may ask by an identity token, as a JSON object: e-mail address → role, such as
 * `{"triad-push@shop.iam.gserviceaccount.com":"service","ada@shop.example":"admin"}`.
 *
 * @param variable where the text is from, for errors
 * Errors: `CONFIG_INVALID`.
 */
export function parseAccountRoles(variable: string, text: string): ReadonlyMap<string, Role> {
  try {
    return new Map(Object.entries(accountRoles.parse(JSON.parse(text))));
  } catch {
    const expected =
      'expected a JSON object of e-mail addresses to viewer, operator, admin or service';
    throw new TriadError('CONFIG_INVALID', { field: variable, expected });
  }
}
