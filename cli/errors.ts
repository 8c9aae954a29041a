/** What a person reads when a tool fails. */

/** The command line is wrong: the tool ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One clear text for an error: what happened, and what to do. */
export function problem(error: unknown): string {
  if (error instanceof UsageError) return `${error.message} See --help.`;
  if (!(error instanceof Error)) return String(error);
  if (isRefused(error)) return 'Nothing answers there. Is the local stage running (npm start)?';
  return error.message;
}

function isRefused(error: Error): boolean {
  return (
    /ECONNREFUSED/.test(`${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`) ||
    hasCode(error.cause)
  );
}

function hasCode(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}
