import type { SensorStore } from '@triad/shared/state/sensor-store.ts';

const none = async (): Promise<never> => {
  throw new Error('no pipeline of this world has a sensor');
};

/** For worlds whose pipelines have no sensors. */
export const noSensors: SensorStore = {
  expect: none,
  list: async () => [],
  claimLook: none,
  swap: none,
  settle: none,
  skip: none,
  fail: none,
};
