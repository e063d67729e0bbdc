import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** A pipeline whose alarms go to a channel that does not exist is `PIPELINE_INVALID`. */
export function checkChannels(pipelines: Iterable<Pipeline>, known: Iterable<string>): void {
  const names = [...known];
  for (const { name: pipeline, alarms } of pipelines) {
    const unknown = alarms.channels.find((channel) => !names.includes(channel));
    if (unknown === undefined) continue;
    const reason = `alarms.channels: there is no channel ${unknown}; TRIAD_ALARM_CHANNELS has ${names.join(', ')}`;
    throw new TriadError('PIPELINE_INVALID', { pipeline, reason });
  }
}
