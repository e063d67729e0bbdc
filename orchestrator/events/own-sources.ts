import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** The sources of Triad's own events, one for each thing that they come from. */
export const ownSource = {
  pipeline: (pipeline: string) => `triad/pipelines/${pipeline}`,
  sensor: (pipeline: string, sensor: string) => `triad/sensors/${pipeline}/${sensor}`,
};

const claimsOwnSource = /^\/*triad(\/|$)/i;
const claimsOwnType = /^dev\.triad(\.|$)/i;

/**
 * Refuses an event from outside that claims to be Triad's own, or whose source is not one of
 * `allowed`; with none given, every other source may send.
 * Errors: `EVENT_SOURCE_FORBIDDEN`, naming the field.
 */
export function refuseForeign({ source, type }: CloudEvent, allowed: readonly string[]): void {
  const forbidden = (field: string, value: string, reason: string) =>
    new TriadError('EVENT_SOURCE_FORBIDDEN', { field, value, reason });
  if (claimsOwnSource.test(source)) {
    throw forbidden('source', source, 'sources that begin with triad/ are Triad itself');
  }
  if (claimsOwnType.test(type)) {
    throw forbidden('type', type, 'types that begin with dev.triad are of Triad itself');
  }
  if (allowed.length > 0 && !allowed.includes(source)) {
    throw forbidden('source', source, 'it is not one of TRIAD_EVENT_SOURCES');
  }
}
