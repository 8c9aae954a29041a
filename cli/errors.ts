/** What a person reads when a tool fails. */

/** The most details that are printed. */
const MAX_DETAILS = 20;

/** Errors of the file system, by their codes. @see https://nodejs.org/api/errors.html#common-system-errors */
const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder. Check the path',
  EACCES: 'you may not read or write it. Check its permissions',
};

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
  if (error instanceof DetailedError) return [error.message, ...detailLines(error.details)];
  return [fileProblem(error) ?? error.message];
}

/** The first details; a file with a thousand wrong lines must not hide what is above them. */
function detailLines(details: readonly string[]): string[] {
  const lines = details.slice(0, MAX_DETAILS).map((detail) => `  ${detail}`);
  const more = details.length - lines.length;
  return more > 0 ? [...lines, `  … and ${more.toLocaleString('en')} more`] : lines;
}

/** What is wrong with a path that a person typed, or undefined for another error. */
function fileProblem(error: Error): string | undefined {
  if (!('code' in error)) return undefined;
  if (error.code === 'EISDIR') return 'The path names a folder. Name a file.';
  const problem = FILE_PROBLEMS[String(error.code)];
  return problem && 'path' in error ? `${error.path}: ${problem}.` : undefined;
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
