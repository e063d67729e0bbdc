import { z } from 'zod';
import { parseInput } from '../errors/parse-input.ts';
import { TriadError } from '../errors/triad-error.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';

/** Most bytes of an event from outside, as JSON. */
export const externalEventLimit = 256 * 1024;

/** A CloudEvents 1.0 event as anyone may send it: times with an offset, JSON data of any type. */
export const externalEvent = cloudEvent.extend({
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(256),
  type: z.string().min(1).max(256),
  time: z.iso
    .datetime({ offset: true, error: 'expected an instant as in RFC 3339' })
    .transform((time) => new Date(time).toISOString())
    .optional(),
  datacontenttype: z
    .string()
    .regex(/^application\/([\w.+-]+\+)?json\s*(;.*)?$/i, 'expected a JSON media type')
    .default('application/json')
    .transform(() => 'application/json' as const),
  data: z.unknown().default(null),
  data_base64: z.undefined({ error: 'expected JSON in data instead' }).optional(),
});

const versioned = z.object({ specversion: z.string() });

/**
 * An event from outside. Errors: `CONTRACT_VERSION_UNKNOWN`, `INPUT_INVALID` naming the field, and
 * `BODY_TOO_LARGE`.
 */
export function parseExternalEvent(input: unknown): CloudEvent {
  const { specversion } = parseInput(versioned, input, 'CloudEvent');
  if (specversion !== '1.0') {
    const details = { contract: 'CloudEvent', version: specversion, known: '1.0' };
    throw new TriadError('CONTRACT_VERSION_UNKNOWN', details);
  }
  const event = parseInput(externalEvent, input, 'CloudEvent');
  if (Buffer.byteLength(JSON.stringify(event)) > externalEventLimit) {
    throw new TriadError('BODY_TOO_LARGE', { limit: `${externalEventLimit / 1024} KiB` });
  }
  return event;
}
