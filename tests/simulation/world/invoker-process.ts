import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { Cancellations } from '../../../invoker/cancellations.ts';
import { Claims } from '../../../invoker/claim-command.ts';
import { CommandReceiver } from '../../../invoker/receive-command.ts';
import { receivePush } from '../../../invoker/receive-push.ts';
import { OutcomeReporter, outcomeOf } from '../../../invoker/report-outcome.ts';
import type { InvokerProcess, ProcessOptions } from './processes.ts';

/** The real parts of the invoker, as one process of the world. */
export function startInvoker(options: ProcessOptions): {
  process: InvokerProcess;
  started: Promise<void>;
} {
  const { life, network, log, peers, dice } = options;
  const { clock } = life;
  const artifacts = life.bind(options.artifacts);
  const publish = (name: string, data: string) => {
    const peer = peers.orchestrator();
    const receive = async () => peer?.publish(name, data);
    return network.call(['invoker', 'orchestrator'], () => peer?.life, receive);
  };
  const messenger: Messenger = {
    publish: (name, event) => publish(name, encodeEvent(event)),
    deadLetter: ({ data }) => publish(topic.deadLetters, data),
    check: async () => {},
  };
  const outcomes = new OutcomeReporter({ messenger, clock, log });
  const invoker = `invoker-${Math.floor(dice.next() * 1e9)}`;
  const jobs = Object.assign(life.bind(options.jobs), {
    capabilities: options.jobs.capabilities,
    jobNames: options.jobs.jobNames,
  });
  let adopted: Promise<void> = Promise.resolve();
  const commands = new CommandReceiver({
    jobs,
    claims: new Claims({ artifacts, clock, invoker }),
    cancellations: new Cancellations(artifacts, clock),
    outcomes,
    clock,
    adopted: () => adopted,
  });
  options.jobs.onEnd((job) => {
    if (life.isAlive) outcomes.report(outcomeOf(job));
  });
  adopted = (async () => {
    for (const job of await jobs.adopt()) outcomes.report(outcomeOf(job));
  })();
  const process = {
    life,
    receive: (body: unknown) => receivePush({ artifacts, commands, messenger, log }, body),
  };
  return { process, started: adopted };
}
