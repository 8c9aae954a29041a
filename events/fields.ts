/** The fields that event types share. */
import { IP_ADDRESS } from './ip.ts';
import { exactlyOneOf, type Infer, list, optional, text } from './schema.ts';
import { DATE_TIME } from './time.ts';

/** Control characters, line separators, lone surrogates. */
const HIDDEN = String.raw`\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff`;

/** The members of an event beside its type and its data. */
export const attributes = {
  id: optional(text()),
  time: optional(
    text({
      is: DATE_TIME,
      reason: 'must be an RFC 3339 time of a date that exists, such as 2026-01-31T20:15:00Z',
      format: 'date-time',
    }),
  ),
  source: optional(text()),
};

/** An identifier of a session or a deployment: 1-128 of `A-Z a-z 0-9 . _ -`, never `.` or `..`. */
export const identifier = text({
  is: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/,
  reason: 'must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..',
});

/** 1 to 1,000 identifiers. */
export const identifiers = list(identifier, 1000);

/** 1 to 1,000 IPv4 or IPv6 addresses. */
export const ipList = list(text({ is: IP_ADDRESS, reason: 'must be an IPv4 or IPv6 address' }), 1000);

/** A tag of a deployment: 1-40 printable characters (code points), spaces inside allowed. */
export const tag = text({
  is: new RegExp(String.raw`^[^\s${HIDDEN}](?:[^${HIDDEN}]{0,38}[^\s${HIDDEN}])?$`, 'u'),
  reason: 'must be 1 to 40 printable characters, without a space at either end',
});

/** The list, or the one item as a list. */
export function oneOrMany<T>(one: T | null | undefined, many: readonly T[] | null | undefined): T[] {
  if (many != null) return [...many];
  return one == null ? [] : [one];
}

/** One deployment, or several. */
export const deployments = exactlyOneOf({
  deployment_request_id: optional(identifier),
  deployment_request_ids: optional(identifiers),
});

/** The request ids of {@link deployments}. */
export function requestIdsOf(data: Infer<typeof deployments>): string[] {
  return oneOrMany(data.deployment_request_id, data.deployment_request_ids);
}
