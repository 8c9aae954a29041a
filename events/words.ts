/** Words of other systems, such as the status of a session. */

/**
 * A word in lower case, without a prefix: `Status.READY` and `Ready` are both `ready`. Empty for anything but a
 * string.
 */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/^.*\./, '').toLowerCase() : '';
}
