import { z } from 'zod';
import { slug } from '../contracts/names.ts';
import { email, httpUrl, invalid, parseObject } from './parts.ts';

/** How people hear about alarms. Addresses hold secrets: they are never logged or shown. */
const alarmChannel = z.discriminatedUnion(
  'type',
  [
    /** A POST of the notice as JSON. */
    z.strictObject({
      type: z.literal('webhook'),
      url: httpUrl,
      /** Sent along, such as `Authorization`. */
      headers: z.record(z.string(), z.string()).default({}),
    }),
    /** A POST of `{"text": …}`, which Slack, Mattermost and others take. */
    z.strictObject({ type: z.literal('slack'), url: httpUrl }),
    z.strictObject({
      type: z.literal('email'),
      /** Server and login: `smtp://user:password@host:587`, or `smtps:`. */
      url: z.url({ protocol: /^smtps?$/, error: 'expected an smtp or smtps URL' }),
      from: email,
      to: z.array(email).min(1, 'expected at least one e-mail address'),
    }),
    /** The log of the orchestrator. */
    z.strictObject({ type: z.literal('log') }),
  ],
  { error: 'expected "webhook", "slack", "email" or "log"' },
);
export type AlarmChannelConfig = z.infer<typeof alarmChannel>;

const variable = 'TRIAD_ALARM_CHANNELS';

/** The channels by their names; without any, `log` alone. `CONFIG_INVALID` names the wrong field. */
export function parseAlarmChannels(text: string): ReadonlyMap<string, AlarmChannelConfig> {
  const given = parseObject(variable, text, z.unknown(), 'channel names to channels');
  const result = z.record(slug, alarmChannel).safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
    throw invalid(variable, `${where}${expectationOf(issue)}`);
  }
  const channels = new Map(Object.entries(result.data));
  return channels.size > 0 ? channels : new Map([['log', { type: 'log' }]]);
}

/** Of a key that is not a name, zod tells the reason a level deeper. */
function expectationOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue?.message ?? 'is invalid';
}
