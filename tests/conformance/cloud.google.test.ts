import { GoogleCloud } from '../../cli/deploy/google/google-cloud.ts';
import { FakeGoogle } from '../harness/deploy/fake-google.ts';
import { HurriedClock } from '../harness/deploy/google-in-memory.ts';
import { cloudConformance } from './cloud.conformance.ts';

cloudConformance(
  'Google Cloud by REST',
  async (environment) =>
    new GoogleCloud(environment, {
      token: async () => 'token',
      fetch: new FakeGoogle(environment.project).fetch,
      clock: new HurriedClock(),
      random: () => 0.5,
    }),
);
