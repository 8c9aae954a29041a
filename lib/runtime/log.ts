/**
 * Log lines in Lambda's JSON log format: one object a line, with `timestamp`, `level` and `message`. They go
 * to stdout as they are: Lambda's own console would put the object into a string. Known secrets are masked.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
import { mask } from './mask.ts';

/** Logs at level INFO. */
export function logInfo(message: string, fields: object): void {
  writeLine({ timestamp: new Date().toISOString(), level: 'INFO', message, ...fields });
}

/** Logs at level ERROR. */
export function logError(message: string, fields: object): void {
  writeLine({ timestamp: new Date().toISOString(), level: 'ERROR', message, ...fields });
}

/** Writes one line of JSON. */
export function writeLine(line: object): void {
  const masked = JSON.stringify(line, (_, value) => (typeof value === 'string' ? mask(value) : value));
  process.stdout.write(`${masked}\n`);
}
