/** What a person reads when a tool fails. */

/** The command line is wrong: the tool ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One clear text for an error: what happened, and what to do. */
export function problem(error: unknown): string {
  if (error instanceof UsageError) return `${error.message} See --help.`;
  if (!(error instanceof Error)) return String(error);
  const refused = causesOf(error)
    .map(textOf)
    .find((text) => text.includes('ECONNREFUSED'));
  if (refused !== undefined)
    return `${refused.replace(/\.$/, '')}: nothing answers there. Is the local stage running (npm start)?`;
  return error.message;
}

/** The error, what caused it, and so on. */
function causesOf(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // A host with several addresses fails with one error for each, and no message of its own.
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(textOf).join(', ')
    : error.message;
}
