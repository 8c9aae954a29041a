/**
 * Log lines in Lambda's JSON log format: one object a line, with `timestamp`, `level` and `message`. They go
 * to stdout as they are: Lambda's own console would put the object into a string. Known secrets are masked.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
import { mask } from './mask.ts';

/** The invocation that the lines belong to: an environment runs one at a time. */
const invocation: { requestId?: string } = {};

/** From now on each line carries this request id. @param requestId Lambda's `awsRequestId`. */
export function logFor(requestId: string): void {
  invocation.requestId = requestId;
}

/** Logs at level INFO. */
export function logInfo(message: string, fields: object): void {
  writeLine({ timestamp: new Date().toISOString(), level: 'INFO', message, ...fields });
}

/** Logs at level ERROR. */
export function logError(message: string, fields: object): void {
  writeLine({ timestamp: new Date().toISOString(), level: 'ERROR', message, ...fields });
}

/** Writes one line of JSON, with the request id. */
export function writeLine(line: object): void {
  const masked = JSON.stringify({ ...line, ...invocation }, (_, value) =>
    typeof value === 'string' ? mask(value) : value,
  );
  process.stdout.write(`${masked}\n`);
}
