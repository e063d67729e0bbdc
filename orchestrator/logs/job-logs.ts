/** What jobs have printed. */
export interface JobLogs {
  /** All of it so far; empty when the job has not started. Errors: `SERVICE_UNREACHABLE`. */
  textOf(commandId: string): Promise<string>;
}
