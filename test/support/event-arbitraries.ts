/** Events that are nearly right: mostly valid parts, with one that is wrong here and there. */
import fc from 'fast-check';
import type { EventName } from '../../events/index.ts';

/** Mostly `usual`, one time in `weight + 1` `odd`. */
function mostly<T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 15): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const twoDigits = (min: number, max: number) =>
  mostly(fc.integer({ min, max }), fc.integer({ min: 0, max: 99 })).map((number) =>
    String(number).padStart(2, '0'),
  );
const hourAndMinute = fc.tuple(twoDigits(0, 23), twoDigits(0, 59)).map((parts) => parts.join(':'));

/** Times of RFC 3339, and what looks like them. */
export const times = fc
  .tuple(
    mostly(
      fc.constantFrom('2024', '2025', '2026', '1900', '2000', '0000'),
      fc.constantFrom('26', '20260', '-001'),
    ),
    fc.constant('-'),
    twoDigits(1, 12),
    fc.constant('-'),
    fc.oneof(twoDigits(1, 28), twoDigits(28, 32)),
    mostly(fc.constantFrom('T', 't'), fc.constantFrom(' ', '', 'T ', '\n')),
    mostly(hourAndMinute, fc.constantFrom('23:59', '24:00')),
    fc.constant(':'),
    mostly(twoDigits(0, 59), fc.constant('60')),
    mostly(fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,20}$/)), fc.constantFrom('.', ',5')),
    mostly(
      fc.oneof(
        fc.constantFrom('Z', 'z', '+00:00'),
        hourAndMinute.map((text) => `+${text}`),
        hourAndMinute.map((text) => `-${text}`),
      ),
      fc.constantFrom('', '+0100', '+01', ' Z'),
    ),
  )
  .map((parts) => parts.join(''));

/** Leap seconds, where they are inserted and elsewhere. */
export const leapSeconds = fc
  .tuple(
    fc.constantFrom('06-30', '12-31', '12-30', '06-31'),
    fc.constantFrom('T23:59:60', 't23:59:60', 'T22:59:60', 'T23:58:60', 'T23:59:61'),
    fc.constantFrom('', '.5', '.'),
    fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+01:00', ''),
  )
  .map(([day, ...rest]) => `2026-${day}${rest.join('')}`);

/** Addresses in all their spellings, and what looks like them. */
export const addresses = mostly(
  fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV6().map((ip) => ip.toUpperCase()),
    fc.ipV4().map((ip) => `::ffff:${ip}`),
  ),
  fc.oneof(fc.ipV4Extended(), fc.stringMatching(/^[0-9a-fA-F:.]{1,45}$/), fc.string()),
  6,
);

/** Identifiers, and what looks like them. */
export const identifiers = mostly(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/),
  fc.oneof(fc.constantFrom('.', '..', '', 'a/b'), fc.string({ minLength: 125, maxLength: 131 }), fc.string()),
);

/** Tags, and what looks like them. */
export const tags = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 45 }),
  fc.constantFrom('Map A', ' a', 'a ', ' ', ''),
);

/** Any JSON but text: data that is JSON text is an envelope. */
export const noText = fc.jsonValue().filter((value) => typeof value !== 'string');

const orNull = <T>(usual: fc.Arbitrary<T>) => mostly(usual, fc.oneof(fc.constant(null), noText), 6);
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });
const target = (one: string, many: string) =>
  mostly(
    fc.oneof(
      orNull(identifiers).map((value) => ({ [one]: value })),
      orNull(some(identifiers)).map((value) => ({ [many]: value, [one]: null })),
    ),
    fc.record({ [one]: identifiers, [many]: some(identifiers) }),
  );

const users = fc.record({ session_id: orNull(identifiers), ip_list: orNull(some(addresses)) });
const byType: Record<EventName, fc.Arbitrary<unknown>> = {
  'match.ended': fc.oneof(
    target('session_id', 'session_ids'),
    fc.record(
      { deployment_request_id: identifiers, stop_deployment: orNull(fc.boolean()) },
      { requiredKeys: ['deployment_request_id'] },
    ),
    fc.record({ session_id: identifiers, stop_deployment: orNull(fc.boolean()) }),
  ),
  'user.left': users,
  'user.joined': users,
  'deployment.finished': target('deployment_request_id', 'deployment_request_ids'),
  'deployment.stopped': target('deployment_request_id', 'deployment_request_ids'),
  'deployment.users': fc.record(
    {
      deployment_request_id: orNull(identifiers),
      user_count: mostly(fc.integer({ min: -1, max: 1_000_001 }), fc.oneof(fc.double(), noText)),
      stop_after_seconds: orNull(fc.integer({ min: 0, max: 39_601 })),
    },
    { requiredKeys: ['deployment_request_id', 'user_count'] },
  ),
  'tag.retired': fc.record(
    { deployment_tags: orNull(some(tags)), match: orNull(fc.constantFrom('any', 'all')) },
    { requiredKeys: ['deployment_tags'] },
  ),
};

/** Plain events of every type; about a third of them is valid. */
export const nearlyEvents = fc.constantFrom(...Object.entries(byType)).chain(([type, data]) =>
  fc.record(
    {
      type: mostly(fc.constant<unknown>(type), fc.jsonValue()),
      data: mostly(data, noText),
      id: orNull(fc.string()),
      time: orNull(times),
      source: orNull(fc.string()),
      traceparent: fc.jsonValue(),
    },
    { requiredKeys: ['type', 'data'] },
  ),
);
