/** Values for the `{placeholders}` of a catalogue entry. */
export type Details = Record<string, string | number | boolean>;

/**
 * One kind of failure.
 * `retryable`: whether the same attempt, made again later, can succeed without anyone's help.
 * `httpStatus`: the status a service answers with when a request fails this way.
 */
export interface ErrorEntry {
  message: string;
  fix: string;
  retryable: boolean;
  httpStatus: number;
}

const fatal = (httpStatus: number, message: string, fix: string): ErrorEntry => ({
  message,
  fix,
  retryable: false,
  httpStatus,
});

const retryable = (httpStatus: number, message: string, fix: string): ErrorEntry => ({
  message,
  fix,
  retryable: true,
  httpStatus,
});

/** Every error Triad raises. ARCHITECTURE.md lists the codes; a test keeps the two equal. */
export const catalogue = {
  // Input at a border
  INPUT_INVALID: fatal(
    400,
    '{where}: {field}: {expected}',
    'Correct the named field and send it again.',
  ),
  BODY_MALFORMED: fatal(
    400,
    'The body is not valid JSON: {reason}',
    'Send a JSON document with content-type application/json.',
  ),
  BODY_TOO_LARGE: fatal(
    413,
    'The body is larger than {limit}.',
    'Send a smaller body; put large payloads in the artifact store and send their path.',
  ),
  CONTRACT_VERSION_UNKNOWN: fatal(
    400,
    'A {contract} of version {version} arrived; this build reads {known}.',
    'Upgrade the older of the two services so that both speak the same version.',
  ),
  NOT_FOUND: fatal(404, 'No {what} named {name}.', 'List what exists and use one of those names.'),
  ROUTE_NOT_FOUND: fatal(
    404,
    'No route {method} {path}.',
    'See /openapi.json of the orchestrator, or README, for the routes.',
  ),
  CONFIG_INVALID: fatal(
    400,
    'Configuration {field}: {expected}',
    'Correct the environment variable; .env.example lists them all.',
  ),
  USAGE: fatal(400, '{reason}', 'See triad --help.'),

  // The system on this machine
  HOME_IN_USE: fatal(
    409,
    'Another Triad already runs on {home}{owner}.',
    'Use the running system, stop it, or set TRIAD_HOME to another directory.',
  ),
  PORT_IN_USE: fatal(
    409,
    'Port {port} of {service} is already in use.',
    'Stop the program that holds it, or set {variable} to a free port.',
  ),
  SERVICE_DIED: fatal(
    500,
    'The {service} stopped before it was ready: {reason}',
    'Read its log at {log}.',
  ),
  SERVICE_UNREACHABLE: retryable(
    503,
    'The {service} at {url} does not answer: {reason}',
    'Start it with triad up, or check the address.',
  ),
  DISK_FULL: fatal(
    507,
    'The disk is full while writing {path}.',
    'Free space on that disk, then retry the run; nothing was published.',
  ),
  INTERNAL: fatal(
    500,
    'Unexpected failure: {reason}',
    'This is a bug in Triad or in a step; see the log for the stack trace.',
  ),

  // State
  STATE_CORRUPT: fatal(
    500,
    'The state file {path} cannot be read: {reason}',
    'Restore the file from a backup, or move it away to start with an empty state.',
  ),
  STATE_NEWER: fatal(
    500,
    'The state at {path} has schema {found}; this build knows up to {known}.',
    'Run the newer build of Triad that wrote it.',
  ),

  // Artifacts
  ARTIFACT_MISSING: fatal(
    404,
    'No artifact at {path}.',
    'Check the path; the run that should have written it may have failed.',
  ),
  ARTIFACT_CONFLICT: fatal(
    412,
    'The artifact {path} was written by someone else first.',
    'Nothing to do: the first writer won.',
  ),
  ARTIFACT_PATH_INVALID: fatal(
    400,
    'The artifact path {path} is not allowed: {reason}',
    'Use a relative path of letters, digits and . _ - = / without "..".',
  ),

  // Messages
  DELIVERY_EXHAUSTED: fatal(
    500,
    'Message {id} on {topic} was not accepted after {attempts} attempts: {reason}',
    'Repair the receiver, then replay it: POST /v1/dead-letters/{id}:replay.',
  ),
  MESSAGE_POISON: fatal(
    400,
    'Message {id} can never be processed: {reason}',
    'Correct the sender; the message is kept in the dead letters.',
  ),

  // Runs
  RUN_NOT_ACTIVE: fatal(
    409,
    'Run {run} is already {state}.',
    'Only an active run can be cancelled; start a new run or retry it.',
  ),
  RUN_NOT_RETRYABLE: fatal(
    409,
    'Run {run} is {state}; only a failed or cancelled run can be retried.',
    'Wait for it to end, or start a new run.',
  ),
  PIPELINE_INVALID: fatal(400, 'Pipeline {pipeline}: {reason}', 'Correct the pipeline definition.'),
  POSTCONDITION_FAILED: fatal(
    500,
    'Postcondition "{postcondition}" does not hold: expected {expected}, found {actual}.',
    'Look at the outputs of the step; nothing later ran.',
  ),
  COMMAND_EXPIRED: fatal(
    504,
    'No job was started for {commandId} within {limit} s.',
    'Check that the invoker runs (triad health), then retry the run.',
  ),
  MANIFEST_MISSING: retryable(
    500,
    'The job ended but wrote no manifest.',
    'Read the log of the step; it is retried automatically.',
  ),
  MANIFEST_MISMATCH: fatal(
    500,
    'Output {path} does not match its manifest: expected {expected}, found {actual}.',
    'The output was changed after the job wrote it; retry the run from this step.',
  ),

  // Jobs
  JOB_UNKNOWN: fatal(404, 'No job named {job}.', 'Use one of: {known}.'),
  JOB_EXITED: fatal(500, 'The job ended with exit code {exitCode}.', 'Read the log of the step.'),
  JOB_LOST: retryable(
    500,
    'The job vanished without a result.',
    'It is retried automatically; if it happens again, read the log of the step.',
  ),
  JOB_TIMEOUT: fatal(
    500,
    'The job ran longer than its limit of {limit} s.',
    "Raise the step's timeLimitSeconds or give it less to do.",
  ),
  JOB_MEMORY: fatal(
    500,
    'The job used {used} MiB, more than its limit of {limit} MiB.',
    "Raise the step's memoryMiB or give it less data.",
  ),
  JOB_CANCELLED: fatal(
    499,
    'The job was cancelled.',
    'Retry the run when you want it to continue.',
  ),
  STALE_ATTEMPT: fatal(
    409,
    'A newer run or attempt already published {table} for {runDate}.',
    'Nothing to do: the newer result stands.',
  ),

  // Warehouse
  WAREHOUSE_BUSY: retryable(
    503,
    'Another process holds the warehouse {path}.',
    'Wait for the running job to finish and try again.',
  ),
  WAREHOUSE_CORRUPT: fatal(
    500,
    'The warehouse {path} cannot be opened: {reason}',
    'Restore the file from a backup, or move it away and run the pipeline again.',
  ),
  SQL_INVALID: fatal(
    400,
    'SQL error in {action}: {reason}',
    'Correct the SQL of the named action.',
  ),
  SQL_READ_ONLY: fatal(
    400,
    'Only one SELECT statement is allowed here.',
    'Change data with a pipeline, where it is checked before it is published.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof catalogue;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);
