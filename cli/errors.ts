/** What a person reads when a tool fails. */

/** The command line is wrong: the tool ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An error that needs more than one line, such as a list of violations. */
export class DetailedError extends Error {
  override readonly name = 'DetailedError';
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[]) {
    super(message);
    this.details = details;
  }
}

/** Returns what happened and what to do: one line, and a line for each detail. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const refused = causesOf(error)
    .map(textOf)
    .find((text) => text.includes('ECONNREFUSED'));
  if (refused !== undefined)
    return [`${refused.replace(/\.$/, '')}. Nothing listens there: is the local stage running (npm start)?`];
  return error instanceof DetailedError
    ? [error.message, ...error.details.map((detail) => `  ${detail}`)]
    : [error.message];
}

/** The error, its cause, the cause of that, and so on. */
function causesOf(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // A host with several addresses fails with one error for each, and without a message of its own.
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(textOf).join(', ')
    : error.message;
}
