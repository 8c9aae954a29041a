/** Words of other systems' messages and answers: statuses and actions, whose prefix and case vary. */

/** A word in lower case, without a prefix such as `Status.`; empty for anything but a string. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/^.*\./, '').toLowerCase() : '';
}
