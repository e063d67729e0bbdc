import { join, resolve } from 'node:path';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The `.proto` files that Google's own client packages ship. */
const modules = resolve(import.meta.dirname, '../../../node_modules');
const includeDirs = ['@google-cloud/aiplatform', '@google-cloud/run', 'google-gax'].map((name) =>
  join(modules, name, 'build/protos'),
);

const definition = loadSync(
  [
    'google/cloud/aiplatform/v1/job_service.proto',
    'google/cloud/run/v2/job.proto',
    'google/cloud/run/v2/execution.proto',
    'google/cloud/run/v2/task.proto',
    'google/longrunning/operations.proto',
  ],
  { includeDirs, longs: String, enums: String, arrays: true, objects: true },
);

/** A gRPC service by its full name. */
export function serviceNamed(name: string): ServiceDefinition {
  const service = definition[name];
  if (!service || 'format' in service) throw new Error(`no service ${name}`);
  return service as ServiceDefinition;
}

/** A message in a `google.protobuf.Any`, as the answer of a method is encoded. */
export function anyOf(service: string, method: string, type: string, message: object) {
  const { responseSerialize } = serviceNamed(service)[method] as MethodDefinition<object, object>;
  return { typeUrl: `type.googleapis.com/${type}`, value: responseSerialize(message) };
}
