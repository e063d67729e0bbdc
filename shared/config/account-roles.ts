import { z } from 'zod';
import { type Role, userRole } from '../contracts/access.ts';
import { email, parseObject } from './parts.ts';

const accountRoles = z.record(email, z.enum([...userRole.options, 'service']));

/**
 * Who may ask by an identity token, as a JSON object: e-mail address → role, such as
 * `{"triad-push@shop.iam.gserviceaccount.com":"service","ada@shop.example":"admin"}`.
 *
 * @param variable where the text is from, for errors
 * Errors: `CONFIG_INVALID`.
 */
export function parseAccountRoles(variable: string, text: string): ReadonlyMap<string, Role> {
  const what = 'e-mail addresses to viewer, operator, admin or service';
  return new Map(Object.entries(parseObject(variable, text, accountRoles, what)));
}
