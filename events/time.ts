/**
 * Times of events: a `date-time` of RFC 3339 for a date that exists. `T` and `Z` may be lower case (section 5.6); a
 * space in place of the `T` is refused. A leap second (`:60`) is accepted where leap seconds are inserted: in UTC, on
 * 30 June and
 * 31 December.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */

const LEAP_DAY = String.raw`(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29`;
const OTHER_DAY = String.raw`\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const LEAP_SECOND = String.raw`\d{4}-(?:06-30|12-31)[Tt]23:59:60(?:\.\d+)?(?:[Zz]|[+-]00:00)`;

/** Matches the times that are accepted. The published JSON Schemas hold the same pattern. */
export const DATE_TIME = new RegExp(`^(?:(?:${LEAP_DAY}|${OTHER_DAY})[Tt]${TIME}|${LEAP_SECOND})$`);

/**
 * Epoch milliseconds; digits after the third are cut off. A leap second counts as the second after it, as on POSIX
 * clocks.
 * @param time a time that {@link DATE_TIME} matches.
 */
export function epochMs(time: string): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? Date.parse(time.replace(':60', ':59')) + 1000 : ms;
}
