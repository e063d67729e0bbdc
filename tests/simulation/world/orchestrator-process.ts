import { local } from '@triad/shared/access/principal.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { Push } from '@triad/shared/messenger/push.ts';
import { defaultDeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { Orchestrator } from '../../../orchestrator/orchestrator.ts';
import { FakeProbe } from '../../harness/sensors/fake-probe.ts';
import { channelName } from './people.ts';
import type { OrchestratorProcess, ProcessOptions } from './processes.ts';
import { simulatedIds } from './simulated-ids.ts';

/** After so many attempts a notice is given up. */
export const noticeAttempts = 5;

const orchestratorAt = 'http://orchestrator/';

/** The real orchestrator and messenger, as one process of the world. */
export function startOrchestrator(options: ProcessOptions): {
  process: OrchestratorProcess;
  started: Promise<void>;
} {
  const { life, scenario, stores, artifacts, network, jobs, dice, log, peers, people, witness } =
    options;
  const common = {
    clock: life.clock,
    ids: simulatedIds(life.clock, dice.next),
    random: dice.next,
    log,
  };
  const pushTo =
    (name: string, peer: () => Pick<OrchestratorProcess, 'life' | 'receive'> | undefined): Push =>
    async (envelope, signal) => {
      // What travels is a copy; what is in the message is never changed.
      const body: unknown = { ...envelope, message: { ...envelope.message } };
      const receiver = peer();
      const receive = async () => receiver?.receive(body);
      await network.call(['orchestrator', name], () => receiver?.life, receive, signal);
    };
  const push = new PushMessenger({
    ...common,
    store: life.bind(stores.messages),
    subscriptions: [
      { name: 'invoker', topic: topic.commands, push: pushTo('invoker', peers.invoker) },
      {
        name: 'orchestrator',
        topic: topic.outcomes,
        push: pushTo('orchestrator', peers.orchestrator),
      },
    ],
    policy: { ...defaultDeliveryPolicy, maxAttempts: scenario.deliveryAttempts },
  });
  const orchestrator = new Orchestrator({
    ...common,
    state: life.bind(stores.state, witness.state(stores.state)),
    ledger: life.bind(stores.ledger, {
      ...witness.ledger(stores.ledger, life),
      async due(now) {
        if (options.isLedgerDown()) throw new Error('the ledger is not there');
        return stores.ledger.due(now);
      },
    }),
    backfills: life.bind(stores.backfills),
    events: life.bind(stores.events),
    history: life.bind(stores.history),
    sensors: life.bind(stores.sensors, witness.sensors(stores.sensors)),
    probes: { files: new FakeProbe(), http: life.bind(options.feed) },
    eventSources: [],
    messenger: push,
    artifacts: life.bind(artifacts),
    workload: {
      async getJob(id) {
        const invoker = peers.invoker();
        const look = () => jobs.get(id);
        return network.call(['orchestrator', 'invoker'], () => invoker?.life, look);
      },
      check: async () => {},
    },
    pipelines: new Map(options.pipelines.map((pipeline) => [pipeline.name, pipeline])),
    poolSizes: scenario.poolSizes,
    maxActiveRuns: scenario.maxActiveRuns,
    codeRevision: '0'.repeat(40),
    schedulerEnabled: true,
    reconcileSeconds: scenario.reconcileSeconds,
    resendAfterSeconds: 30,
    queueLimitSeconds: scenario.queueLimitSeconds,
    alarms: {
      store: life.bind(stores.alarms),
      silences: life.bind(stores.silences),
      facts: life.bind(stores.facts),
      channels: new Map([[channelName, people.channel(network)]]),
      url: orchestratorAt,
      watcherEnabled: scenario.watchesAlarms,
      watchSeconds: 15,
      remindSeconds: undefined,
      attempts: noticeAttempts,
      deadman: undefined,
      fetch,
    },
  });
  const routes = new Map(
    orchestrator.routes.map((route) => [`${route.method} ${route.path}`, route]),
  );
  const process: OrchestratorProcess = {
    life,
    async ask(path, { params = {}, body, key }) {
      const route = routes.get(`post ${path}`);
      if (!route) throw new Error(`there is no route ${path}`);
      return route.handle({
        params: route.params?.parse(params) ?? {},
        query: {},
        body: route.body?.parse(body ?? {}),
        idempotencyKey: key,
        principal: local,
      });
    },
    async receive(body) {
      const push = routes.get('post /pubsub/push');
      await push?.handle({
        params: {},
        query: {},
        body,
        idempotencyKey: undefined,
        principal: local,
      });
    },
    async publish(name, data) {
      await push.publishMessages(name, [{ data, attributes: {} }]);
    },
  };
  return { process, started: orchestrator.start() };
}
