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
    'Version {version} of {contract} is not known here; this build reads {known}.',
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
  UNAUTHENTICATED: fatal(
    401,
    'A token is required: {reason}',
    'Send authorization: Bearer and a token; the triad command takes it from TRIAD_TOKEN. An admin makes one with triad tokens create.',
  ),
  FORBIDDEN: fatal(
    403,
    '{actor} may not {action}: that takes the role {role}.',
    'Ask an admin for a token of that role: triad tokens create --role.',
  ),
  TOKEN_KEYS_UNAVAILABLE: retryable(
    503,
    'Tokens of the identity provider cannot be checked now.',
    'Ask again shortly; the log of the service says why the keys of the provider cannot be read.',
  ),
  IDENTITY_MISSING: fatal(
    500,
    'This process has no identity to get a token for {audience} with: {reason}',
    'Run it as a service account, or let GOOGLE_APPLICATION_CREDENTIALS name the credentials of one.',
  ),
  IDENTITY_UNAVAILABLE: retryable(
    503,
    'No identity token for {audience} can be had now: {reason}',
    'It is tried again with the next request; if it happens again, look at the metadata server or the network.',
  ),
  SECRET_MISSING: fatal(
    500,
    'The secret that {variable} refers to has no such version, or one that is disabled or destroyed.',
    'Correct the reference, or add a version of the secret that is enabled.',
  ),
  SECRET_ACCESS_DENIED: fatal(
    500,
    'The secret that {variable} refers to may not be read: {reason}',
    'Run it as a service account that has roles/secretmanager.secretAccessor on that secret.',
  ),
  SECRET_UNREACHABLE: retryable(
    503,
    'The secret that {variable} refers to cannot be read now: {reason}',
    'Start the service again; if it happens again, see that Secret Manager can be reached.',
  ),
  ORIGIN_REFUSED: fatal(
    403,
    'Requests of web pages from elsewhere are refused: {header} is {value}.',
    'Ask from the command line, from a program, or from a page that this service itself serves.',
  ),
  RATE_LIMITED: retryable(
    429,
    'More than {limit} requests came from one client within a minute.',
    'Wait as long as the header Retry-After says, or raise TRIAD_RATE_LIMIT.',
  ),

  // The system on this machine
  HOME_IN_USE: fatal(
    409,
    'Another Triad already runs on {home}{owner}.',
    'Use the running system, stop it, or set TRIAD_HOME to another directory.',
  ),
  HOME_UNUSABLE: fatal(
    500,
    'The directory {home} cannot be used: {reason}',
    'Make it a directory that can be written to, or set TRIAD_HOME to another.',
  ),
  PORT_IN_USE: fatal(
    409,
    'Port {port} of {service} is already in use.',
    'Stop the program that holds it, or set {variable} to a free port.',
  ),
  SERVICE_DIED: fatal(500, 'The {service} died: {reason}', 'Read its log at {log}.'),
  SERVICE_UNREACHABLE: retryable(
    503,
    'The {service} at {url} does not answer: {reason}',
    'Start it with triad up, or check the address.',
  ),
  SERVICE_UNAVAILABLE: retryable(
    503,
    'The {service} cannot work: {reasons}',
    'Do what each reason asks for; see the log of the service.',
  ),
  CHECK_TIMEOUT: retryable(
    503,
    'The port {port} did not answer within {limit} ms.',
    'See the log of the service for what keeps it.',
  ),
  SERVICE_STOPPING: retryable(
    503,
    'The service is stopping and takes no new work.',
    'Ask the service that takes its place.',
  ),
  LOOP_STALLED: retryable(
    503,
    'The {loop} loop has not gone round for {seconds} s.',
    'See the log of the service for what keeps it; restart the service if nothing does.',
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
  STATE_UNREACHABLE: retryable(
    503,
    'The database {database} does not answer: {reason}',
    'Start the database, or correct TRIAD_DATABASE_URL.',
  ),
  STATE_ACCESS_DENIED: fatal(
    500,
    'The database {database} refuses access: {reason}',
    'Correct the user, the password or the database name in TRIAD_DATABASE_URL, or grant the right.',
  ),
  STATE_BUSY: retryable(
    503,
    'The database {database} could not finish a transaction beside others: {reason}',
    'It is tried again automatically; if it happens again, look for long transactions in the database.',
  ),
  STATE_EXPORT_INVALID: fatal(
    400,
    '{file} is no export of state that can be imported: {reason}',
    'Export the state again with triad state export, and import the whole file.',
  ),
  STATE_SCHEMA_DIFFERS: fatal(
    409,
    '{file} holds state of schema {found}; this build works with {known}.',
    'Import it with the build that exported it, and let a newer build bring that database up to date.',
  ),
  STATE_NOT_EMPTY: fatal(
    409,
    'The state at {path} is not empty: it has rows in {table}.',
    'Import into an empty home or database.',
  ),
  STATE_BACKUP_EXISTS: fatal(
    409,
    'There is a backup named {name} already.',
    'Give another name, or move that backup away.',
  ),
  STATE_BACKUP_UNSUPPORTED: fatal(
    501,
    'State in the database {database} is not backed up by Triad.',
    'Use pg_dump, or the backups of the database service; triad state export works everywhere.',
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
  ARTIFACT_CORRUPT: retryable(
    502,
    'The bytes of the artifact {path} were changed on their way: {reason}',
    'They were sent again, in vain; look at the network and at the memory of the machine.',
  ),
  ARTIFACT_STORE_UNAVAILABLE: retryable(
    503,
    'The bucket {bucket} does not answer as it should: {reason}',
    'It was tried again for a while; if it lasts, look at the status of Cloud Storage, the network and the quotas.',
  ),
  ARTIFACT_STORE_DENIED: fatal(
    500,
    'The bucket {bucket} refuses access: {reason}',
    'Run with credentials, and give their service account the role Storage Object User on the bucket.',
  ),
  ARTIFACT_STORE_MISSING: fatal(
    500,
    'There is no bucket {bucket}.',
    'Correct its name in the configuration, or create it; a deleted one can be restored for a while.',
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
  MESSAGE_TOO_LARGE: fatal(
    413,
    'The message for {topic} has {bytes} bytes; the messenger takes at most {limit}.',
    'Put what is large into an artifact and send its path.',
  ),
  MESSENGER_CREDENTIALS_MISSING: fatal(
    500,
    'The messenger gets no valid credentials from this process: {reason}',
    'Run it as a service account, or log in with gcloud auth application-default login.',
  ),
  MESSENGER_DENIED: fatal(
    500,
    'The messenger refuses access to {resource}: {reason}',
    'Give the service account the role there: Pub/Sub Publisher or Subscriber, and Viewer for the health check.',
  ),
  MESSENGER_QUOTA: retryable(
    503,
    'The quota of the messenger is used up at {resource}: {reason}',
    'It is tried again automatically; if it happens often, ask for a higher quota.',
  ),
  MESSENGER_UNAVAILABLE: retryable(
    503,
    'The messenger does not answer for {resource}: {reason}',
    'It is tried again automatically; if it lasts, look at the status of Google Cloud and at the network.',
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
  EVENT_SOURCE_FORBIDDEN: fatal(
    403,
    'An event of {field} {value} is not accepted: {reason}.',
    'Send it under the name of its real source; TRIAD_EVENT_SOURCES lists those that may send.',
  ),
  SENSOR_UNREADABLE: retryable(
    502,
    'The sensor cannot read {location}: {reason}',
    'Correct the location or the access to it; the sensor looks again by itself.',
  ),
  SENSOR_VALUE_MISSING: fatal(
    422,
    '{location} gives no {value}: {reason}.',
    'Let the sensor watch another value, or correct what it looks at.',
  ),
  SENSOR_SEES_NOTHING: fatal(
    409,
    'Sensor {sensor} of {pipeline} sees nothing that a run could be given.',
    'Wait until there is something, or start a run with triad run.',
  ),
  PIPELINE_INVALID: fatal(400, 'Pipeline {pipeline}: {reason}', 'Correct the pipeline definition.'),
  RUN_STEP_STATE: fatal(
    409,
    'Step {step} of run {run} is {state}; {expected}.',
    'Look at the run (triad show {run}) and choose a step in that state.',
  ),
  APPROVAL_REFUSED: fatal(
    409,
    'Step {step} was refused by {by}: {comment}',
    'Settle what was objected to, then retry the run; it asks again.',
  ),
  APPROVAL_TIMED_OUT: fatal(
    504,
    'Nobody approved step {step} in time.',
    'Retry the run when somebody can approve it (triad approve), or raise timeoutSeconds.',
  ),
  FAN_OUT_INVALID: fatal(
    422,
    'Step {step} cannot fan out: {reason}.',
    'Correct the list, then retry the run.',
  ),
  PIPELINE_PAUSED: fatal(
    409,
    'Pipeline {pipeline} is paused.',
    'Resume it with triad resume, or start a run with triad run.',
  ),
  PIPELINE_UNSCHEDULED: fatal(
    409,
    'Pipeline {pipeline} has no schedule, trigger or sensor.',
    'It runs only when it is asked to, with triad run; there is nothing to pause.',
  ),
  BACKFILL_NOT_ACTIVE: fatal(
    409,
    'Backfill {backfill} is already {state}.',
    'Only a running backfill can be cancelled; start a new one.',
  ),
  POSTCONDITION_FAILED: fatal(
    500,
    'What must hold after the step does not: {findings}.',
    'Look at the outputs of the step; nothing later ran.',
  ),
  POSTCONDITION_UNDECIDED: retryable(
    503,
    'What must hold after the step could not be found out: {findings}.',
    'See that the address answers; the step is retried automatically.',
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
  JOB_TEMPFAIL: retryable(
    500,
    'The job ended with exit code {exitCode}, which asks for another attempt.',
    'It is retried automatically; if it happens again, read the log of the step.',
  ),
  JOB_UNSTARTABLE: fatal(
    500,
    'The program {program} cannot be started: {reason}',
    'Correct the command line (of the job in TRIAD_JOBS, or of the container), or install the program.',
  ),
  JOB_KIND_UNKNOWN: fatal(
    400,
    'The job {job} does no steps of kind {kind}.',
    'Use a kind that it does: {known}.',
  ),
  METRIC_NOT_FINITE: fatal(
    500,
    'Metric {metric} is {value}, not a finite number.',
    'Look at the data of the step: it may be empty or degenerate.',
  ),
  WORKER_DIED: fatal(
    503,
    'A waiting process of job {job} ended with {end} before it got any work.',
    'Read its log at {log}; the program does not start.',
  ),
  CLAIM_HELD: retryable(
    503,
    'Another invoker is about to start the job of command {id}.',
    'Nothing to do: the command is delivered again.',
  ),
  IDEMPOTENCY_KEY_REUSED: fatal(
    422,
    'The Idempotency-Key {key} was used before, for a different request.',
    'Use a new key for a new request.',
  ),
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
  JOB_START_TIMEOUT: retryable(
    500,
    'The job gave no sign of life within {limit} s of its start.',
    'It is retried automatically; a program that starts more slowly needs a longer startSeconds.',
  ),
  JOB_HEARTBEAT_LOST: retryable(
    500,
    'The job gave no sign of life for {limit} s.',
    'It is retried automatically; a program that is silent for longer needs a longer heartbeatSeconds.',
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
  JOB_OUTPUT_INVALID: fatal(
    422,
    'The program left {file}, which cannot be an output: {expected}.',
    'Correct what the program writes to TRIAD_OUTPUT_DIR.',
  ),
  JOB_NOT_ADOPTED: retryable(
    503,
    'The job {id} is of an earlier invoker, and this one may not end it yet.',
    'See that the orchestrator runs (triad health), then try again.',
  ),
  JOB_QUOTA: retryable(
    429,
    'The quota of {service} does not allow the job: {reason}',
    'It is retried automatically; if it happens again, ask Google for more of the quota it names, or run fewer jobs at a time.',
  ),
  JOB_STOCKOUT: retryable(
    503,
    '{service} has no machine for the job: {reason}',
    'It is retried automatically; if it happens again, ask for another machine, or wait for one with flexStart.',
  ),
  JOB_PREEMPTED: retryable(
    503,
    'The machine of the job was taken away: {reason}',
    'It is retried automatically; a step that must not be interrupted asks for no spot machine.',
  ),
  JOB_IMAGE_UNUSABLE: fatal(
    404,
    'The image {image} of the job cannot be used: {reason}',
    'Push the image or correct its name, and let the service account of the job read it.',
  ),
  JOB_IMAGE_UNWRAPPED: fatal(
    422,
    'In the image {image} no word was left by what Triad starts there: {reason}',
    'Build the image on the image container of Triad, or copy /triad, node and tini out of it (docs/pipelines.md). If it is built so, the log of the step says why it could not work.',
  ),
  JOB_REFUSED: fatal(
    400,
    '{service} does not accept the job: {reason}',
    'Correct the resources of the step, or the project and region of the invoker.',
  ),
  JOB_ACCESS_DENIED: fatal(
    403,
    '{service} may not be used: {reason}',
    'Give the invoker credentials, and its service account the role that is missing.',
  ),
  JOB_MACHINE_MEMORY: fatal(
    500,
    'The job used all memory of its machine: {reason}',
    'Ask for a machine with more memory, or give the step less data.',
  ),
  STALE_ATTEMPT: fatal(
    409,
    'A newer run or attempt already published {table} for {runDate}.',
    'Nothing to do: the newer result stands.',
  ),

  // Training
  TRAINING_DATA_EMPTY: fatal(
    400,
    'There is no order on or before {date}.',
    'Choose a later run date, or load the orders first.',
  ),
  TRAINING_DATA_INVALID: fatal(
    400,
    'The order of customer {customer} on {date}: {field} is {found}; expected {expected}.',
    'Correct the order in its source and load it again.',
  ),
  CLV_WINDOW_INVALID: fatal(
    400,
    'The calibration window ends on {calibrationEnd}, outside {firstDay} (the first order) to the day before {runDate} (the run date).',
    'Move calibration_end or holdout_weeks, or choose a later run date.',
  ),
  CLV_TOO_FEW_CUSTOMERS: fatal(
    422,
    'Up to {endDate} there are orders of {customers} customers; a lifetime value model needs at least 2.',
    'Train on more customers, or end the window later.',
  ),
  CLV_NO_REPEAT_BUYERS: fatal(
    422,
    'None of the {customers} customers bought on a second day up to {endDate}, so nothing tells how often customers return.',
    'Train on a longer history, or end the window later.',
  ),
  CLV_NOT_CONVERGED: fatal(
    500,
    'The fit of {model} did not converge from {starts} starting points within {maxIterations} iterations each.',
    'Raise max_iterations, or train on more customers.',
  ),

  SNAPSHOT_INVALID: fatal(
    400,
    'The snapshot cannot be trained on: {reason}.',
    'Export a table with the columns id_customer, order_date and sales_ar, without nulls.',
  ),
  STEP_INPUT_MISSING: fatal(
    400,
    'Step {step} needs an input named {input}; it was given: {given}.',
    'Let the step come after the step that writes this output.',
  ),
  LEARNER_UNKNOWN: fatal(400, 'No learner named {learner}.', 'Use one of: {known}.'),
  MODEL_INVALID: fatal(
    422,
    'The model {path} cannot be loaded: {reason}',
    'Train it again with the learner that is to read it.',
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
  WAREHOUSE_MISSING: fatal(
    404,
    'There is no warehouse at {path} yet.',
    'Run a pipeline first, or set TRIAD_HOME to where one ran.',
  ),
  WAREHOUSE_MEMORY: fatal(
    500,
    'The warehouse {path} needs more memory than the step may use: {reason}',
    "Raise the step's memoryMiB, or give it less data.",
  ),
  WAREHOUSE_DENIED: fatal(
    403,
    'The warehouse {path} refuses access: {reason}',
    'Log in, or grant the service account the right that is named; nothing was changed.',
  ),
  WAREHOUSE_QUOTA: retryable(
    429,
    'The warehouse {path} takes no more work for now: {reason}',
    'It is tried again automatically; if it happens again, raise the quota or run fewer steps at once.',
  ),
  WAREHOUSE_UNAVAILABLE: retryable(
    503,
    'The warehouse {path} does not answer as it should: {reason}',
    'It is tried again automatically; if it happens again, look at the status of the service.',
  ),
  WAREHOUSE_CONFLICT: retryable(
    409,
    'Another process changed the same tables of the warehouse {path} first: {reason}',
    'It is tried again automatically, on what the other has written.',
  ),
  WAREHOUSE_COST_LIMIT: fatal(
    400,
    'The query would read more of the warehouse {path} than the limit allows: {reason}',
    'Let it read less, or raise the limit on bytes billed.',
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
  DIALECT_UNSUPPORTED: fatal(
    400,
    '{action}: {construct} is not in the verified part of GoogleSQL{place}.',
    '{remedy}',
  ),
  DATAFORM_INVALID: fatal(
    400,
    'The Dataform project {directory} does not compile: {file}: {reason}',
    'Correct the named file.',
  ),
  TABLE_CHANGED: fatal(
    409,
    'The result of {table} has the columns {found}; the published table has {expected}.',
    'Publish it under another name, or change the published table first.',
  ),
  ROWS_OF_OTHER_DATES: fatal(
    400,
    '{table} has {count} rows whose run_date is not {runDate}.',
    'A run publishes its own run date only: give every row run_date = {runDate}.',
  ),
  ASSERTION_FAILED: fatal(
    422,
    'Assertion {assertion} does not hold: {count} rows of {tables}, such as {sample}.',
    'Correct the data or {file}, then retry the run; the published tables are as they were.',
  ),

  // Alarms
  ALARM_NOT_OPEN: fatal(
    409,
    'Alarm {alarm} is resolved since {resolvedAt}.',
    'Only an open alarm can be acknowledged; triad alarms lists them.',
  ),
  ALARM_DELIVERY_FAILED: retryable(
    502,
    'Channel {channel} did not take the notice: {reason}',
    'Check its address and login in TRIAD_ALARM_CHANNELS, then try it: triad alarms test {channel}.',
  ),

  // Files of rows
  FILE_MISSING: fatal(
    404,
    'There is no file at {path}.',
    'Check the path; give it as an absolute one.',
  ),
  FILE_INVALID: fatal(
    400,
    '{path} cannot be read as {format}: {reason}',
    'Give a file in that format, or name the source that describes this one.',
  ),
  FILE_COLUMNS_MISSING: fatal(
    400,
    '{path} lacks the columns {missing}; it has {found}.',
    'Give a file with those columns, or name the source that describes this one.',
  ),
  SOURCE_UNKNOWN: fatal(
    404,
    'No source named {source}; there are {known}.',
    'Use one of them, or declare it in sources/{source}.yaml of the SQL project.',
  ),
  SOURCE_ROWS_INVALID: fatal(
    422,
    'Source {source}: {count} rows of {path} have {problem}; the first is row {row}: {sample}.',
    'Correct the file, or declare a filter in sources/{source}.yaml if such rows are expected.',
  ),
  SOURCE_EMPTY: fatal(
    422,
    'Source {source}: none of the {read} rows of {path} is left to load.',
    'Check the file and the filters, or declare allow_empty: true in sources/{source}.yaml.',
  ),

  // Deployments
  TOOL_MISSING: fatal(
    500,
    'The program {tool} is not there.',
    'Install {tool} and see that it is on the PATH.',
  ),
  DEPLOY_SETTINGS_INVALID: fatal(
    400,
    'The environments in {file} cannot be used: {reason}.',
    'Write the file from the outputs of Terraform, as docs/google-cloud.md shows.',
  ),
  DEPLOY_NO_CHECKOUT: fatal(
    400,
    'This directory is no git checkout with a commit.',
    'Run the command in a checkout: the commit is what is deployed.',
  ),
  DEPLOY_HEAD_DETACHED: fatal(
    409,
    'The commit {revision} is checked out without a branch, and a branch names what is deployed.',
    'Check out a branch with git switch, or name it with --branch.',
  ),
  DEPLOY_TREE_DIRTY: fatal(
    409,
    '{count} files differ from the commit; {environment} is deployed from commits alone.',
    'Commit or stash the changes.',
  ),
  DEPLOY_BRANCH_REFUSED: fatal(
    409,
    'The branch {branch} is not deployed to {environment}: only main is.',
    'Deploy it to dev, or merge it into main.',
  ),
  DEPLOY_PROTECTED: fatal(
    409,
    'The namespace {namespace} is that of {environment} itself and is not torn down.',
    'Only namespaces of branches are; the rest is for terraform destroy.',
  ),
  DEPLOY_IMMUTABLE: fatal(
    409,
    'The {field} of {kind} {name} cannot be changed in place.',
    'Undo that change, or tear the namespace down first if nothing in it is needed.',
  ),
  DEPLOY_TERRAFORM_MISSING: fatal(
    409,
    'What only Terraform makes is not there: {missing}.',
    'Run terraform apply for this environment first, then deploy again.',
  ),
  DEPLOY_UNTESTED: fatal(
    409,
    'Nothing says that revision {revision} was tested in staging.',
    'Deploy it to staging, test it, and write that down with triad deploy tested.',
  ),
  DEPLOY_NOT_LIVE: fatal(
    409,
    '{service} does not serve revision {revision} alone.',
    'Deploy that revision to staging first, then test it.',
  ),
  DEPLOY_REVISION_MISSING: fatal(
    404,
    '{service} has no revision of {revision}.',
    'Deploy it first with triad deploy; it gets no requests until it is promoted.',
  ),
  DEPLOY_NO_PREVIOUS: fatal(
    409,
    '{service} has no earlier revision to go back to.',
    'Promote a revision that was tested: triad promote <revision>.',
  ),
  DEPLOY_CREDENTIALS_MISSING: fatal(
    401,
    'Google Cloud does not know who asks: {reason}',
    'Sign in with gcloud auth application-default login, or give the workflow its identity.',
  ),
  DEPLOY_ACCESS_DENIED: fatal(
    403,
    'Google Cloud refuses to {action}: {reason}',
    'Get the role that docs/google-cloud.md names for it, or enable the API.',
  ),
  DEPLOY_PROJECT_UNKNOWN: fatal(
    404,
    'There is no project {project}, or you may not see it.',
    'Correct the project in the file of environments, or sign in as somebody who may.',
  ),
  DEPLOY_CONFLICT: fatal(
    409,
    'Google Cloud cannot {action}: {reason}',
    'Somebody else may be deploying the same; look at the plan again with triad deploy --plan.',
  ),
  DEPLOY_CLOUD_REFUSED: fatal(
    502,
    'Google Cloud could not {action}: {reason}',
    'Correct what it names; what was done before stays, and the next plan shows the rest.',
  ),
  DEPLOY_CLOUD_UNAVAILABLE: retryable(
    503,
    'Google Cloud did not {action} in time: {reason}',
    'Run the command again: it goes on where it stopped.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof catalogue;

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);
