/** An address of a user has one spelling. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalIp, canonicalIps, isIpAddress } from '../../events/ip.ts';

test.each([
  ['198.51.100.41', '198.51.100.41'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0::7', '2001:db8::7'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  // IPv4-mapped addresses (RFC 4291, section 2.5.5.2), in every notation.
  ['::ffff:198.51.100.41', '198.51.100.41'],
  ['::FFFF:198.51.100.41', '198.51.100.41'],
  ['::ffff:c633:6429', '198.51.100.41'],
  ['0:0:0:0:0:ffff:c633:6429', '198.51.100.41'],
  ['0000:0000:0000:0000:0000:FFFF:C633:6429', '198.51.100.41'],
  ['0::ffff:198.51.100.41', '198.51.100.41'],
  ['::ffff:0:0', '0.0.0.0'],
  // These are not mapped, though they look like it.
  ['::198.51.100.41', '::c633:6429'],
  ['::ffff:0:198.51.100.41', '::ffff:0:c633:6429'],
  ['64:ff9b::198.51.100.41', '64:ff9b::c633:6429'],
])('%s is %s', (ip, canonical) => {
  expect(canonicalIp(ip)).toBe(canonical);
});

test('addresses are deduplicated by their one spelling', () => {
  expect(canonicalIps(['::ffff:10.0.0.1', '::1', '10.0.0.1', '0:0::1'])).toEqual(['10.0.0.1', '::1']);
});

const anyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((ip) => `::FFFF:${ip}`),
);

describe('every address', () => {
  test('has a canonical spelling that is an address and its own canonical spelling', () => {
    fc.assert(
      fc.property(anyAddress, (ip) => {
        const canonical = canonicalIp(ip);
        expect(isIP(canonical)).not.toBe(0);
        expect(canonicalIp(canonical)).toBe(canonical);
        expect(canonicalIp(ip.toUpperCase())).toBe(canonical);
      }),
      { numRuns: 1000 },
    );
  });

  test('is what Node takes for one, without a zone', () => {
    const group = fc.constantFrom(
      '0',
      '1',
      'ff',
      'FFFF',
      '12345',
      '',
      '10.0.0.1',
      '256.0.0.1',
      '1.2.3',
      '01.2.3.4',
    );
    const nearly = fc.array(group, { minLength: 1, maxLength: 10 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(fc.oneof(anyAddress, nearly, fc.string()), (text) => {
        expect(isIpAddress(text)).toBe(isIP(text) !== 0 && !text.includes('%'));
      }),
      { numRuns: 20_000 },
    );
  });
});
