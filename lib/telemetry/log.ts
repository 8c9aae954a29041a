/** Log lines: one JSON object each, which Lambda's JSON log format takes as they are. */

/** Logs at level INFO. */
export function logInfo(message: string, fields: object): void {
  console.info(JSON.stringify({ level: 'INFO', message, ...fields }));
}

/** Logs at level ERROR. */
export function logError(message: string, fields: object): void {
  console.error(JSON.stringify({ level: 'ERROR', message, ...fields }));
}
