import { LogChannel } from '../../orchestrator/alarms/channels/log-channel.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { alarmChannelConformance } from './alarm-channel.conformance.ts';

alarmChannelConformance('log', async () => {
  const { log, lines } = recordingLogger();
  return {
    channel: new LogChannel(log),
    received: () => lines.map((line) => JSON.stringify(line)),
    async close() {},
  };
});
