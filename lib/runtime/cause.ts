/** Why a connection failed. */

/**
 * The code of the innermost cause that has one, such as `ECONNRESET`, else the error's name. Safe to log: an
 * error of an HTTP client may hold the request's headers, so its message and its other members stay out.
 */
export function causeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
