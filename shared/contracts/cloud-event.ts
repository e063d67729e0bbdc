import { z } from 'zod';
import { parseInput } from '../errors/parse-input.ts';
import { instant } from './dates.ts';

/** The events Triad's services send each other. */
export const eventType = {
  command: 'dev.triad.command',
  cancellation: 'dev.triad.cancellation',
  outcome: 'dev.triad.outcome',
  /** A run succeeded; its data is a `RunSucceeded`. */
  runSucceeded: 'dev.triad.run.succeeded',
  /** A sensor saw a new value; its data is `{[payloadKey]: value, previous}`. */
  sensorChanged: 'dev.triad.sensor.changed',
} as const;

/** CloudEvents 1.0 in structured mode (github.com/cloudevents/spec, v1.0.2), data as JSON. */
export const cloudEvent = z.looseObject({
  specversion: z.literal('1.0', { error: 'expected CloudEvents version 1.0' }),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1).optional(),
  time: instant.optional(),
  /** The distributed tracing extension: the span that the event belongs to. */
  traceparent: z.string().optional(),
  datacontenttype: z.literal('application/json').default('application/json'),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;

export const parseCloudEvent = (input: unknown): CloudEvent =>
  parseInput(cloudEvent, input, 'CloudEvent');
