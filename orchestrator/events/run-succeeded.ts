import { type CloudEvent, eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { ownSource } from './own-sources.ts';

/** The data of the event of a run's success. */
export interface RunSucceeded {
  runId: string;
  pipeline: string;
  runDate: string;
  params: RunView['params'];
  metrics: RunView['metrics'];
  /** Step → output → path in the artifact store. */
  outputs: Record<string, Record<string, string>>;
}

/** The event that a run succeeded. Its id is the run's, so that there is one however often it is made. */
export function runSucceeded(run: RunView): CloudEvent {
  const { runId, pipeline, runDate, params, metrics } = run;
  const outputs: RunSucceeded['outputs'] = {};
  for (const { step, name, path } of run.outputs) {
    outputs[step] = { ...outputs[step], [name]: path };
  }
  const data: RunSucceeded = { runId, pipeline, runDate, params, metrics, outputs };
  return {
    specversion: '1.0',
    id: runId,
    source: ownSource.pipeline(pipeline),
    type: eventType.runSucceeded,
    subject: runId,
    ...(run.finishedAt !== null && { time: run.finishedAt }),
    datacontenttype: 'application/json',
    data,
  };
}
