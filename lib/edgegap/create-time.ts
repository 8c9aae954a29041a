/** The platform's times. */

/**
 * A time such as `2024-05-26 12:00:45.831041` in epoch milliseconds. Without a zone it is UTC (assumed: the API does
 * not say). Undefined where it is absent, is not a time, or is the zero time of Go (year 1) or of Unix (1970): a server
 * that has no time writes one of these, and nothing may look as if it were that old.
 */
export function createdAt(text: string | null | undefined): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(
    text?.trim() ?? '',
  );
  if (parts === null) return undefined;
  const [, day, time, fraction = '', zone = 'Z'] = parts;
  const ms = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return ms > 0 ? ms : undefined;
}
