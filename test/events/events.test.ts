/** The contract of events: what is accepted, what is refused, and what the refusal says. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEvent, parseEvent } from '../../events/index.ts';
import { canonicalIp, isIpAddress } from '../../events/ip.ts';
import { generateSchemas } from '../../events/schemas/generate.ts';

const folder = new URL('../../events/', import.meta.url);
const sample = (name: string): string => readFileSync(new URL(`samples/${name}.json`, folder), 'utf8');

describe('every accepted form asks for what its sender means', () => {
  const one = { kind: 'deleteSessions', sessionIds: ['abc123-s'] };
  const ips = ['203.0.113.7', '2001:db8::7'];
  const deployments = ['f68e011bfb01', '77c3d6d2a1f0'];
  const accepted: Record<string, object> = {
    'match-ended': one,
    'match-ended.many': { kind: 'deleteSessions', sessionIds: ['abc123-s', 'abc124-s'] },
    'match-ended.deployment': { kind: 'deleteByDeployment', requestIds: ['f68e011bfb01'] },
    'user-left': { kind: 'removeUsers', sessionId: 'abc123-s', ips },
    'user-joined': { kind: 'addUsers', sessionId: 'abc123-s', ips },
    'deployment-stopped': { kind: 'deleteByDeployment', requestIds: ['f68e011bfb01'] },
    'deployment-stopped.many': { kind: 'deleteByDeployment', requestIds: deployments },
    'tag-retired': { kind: 'deleteByTags', tags: ['season-1'], match: 'any' },
    'tag-retired.all': { kind: 'deleteByTags', tags: ['season-1', 'eu'], match: 'all' },
    cloudevents: one,
    eventbridge: one,
    sns: one,
    'sns.eventbridge': one,
  };
  test.each(Object.entries(accepted))('%s', (name, ask) => {
    expect(parseEvent(sample(name))).toMatchObject({ ok: true, event: { ask } });
  });

  test('no sample is left out', () => {
    const files = readdirSync(new URL('samples/', folder)).filter((file) => file.endsWith('.json'));
    expect(files.toSorted()).toEqual(
      Object.keys(accepted)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  test('the time of an event is read with its zone', () => {
    const parsed = parseEvent(sample('cloudevents'));
    expect(parsed).toMatchObject({
      event: { timeMs: Date.UTC(2026, 0, 31, 19, 15, 0, 500), source: '/matchmaker' },
    });
  });
});

describe('every typical mistake is named by its path and its reason', () => {
  const refused: Record<string, [string, RegExp]> = {
    'unknown-type': ['/type', /"match.begun".*match.ended, user.left/],
    'no-type': ['/type', /missing/],
    'no-data': ['/data', /missing/],
    'two-targets': ['/data', /exactly one of session_id, session_ids, deployment_request_id/],
    'path-in-id': ['/data/session_id', /1 to 128/],
    'no-ip': ['/data/ip_list/1', /IPv4 or IPv6/],
    'empty-list': ['/data/ip_list', /empty/],
    'time-without-zone': ['/time', /RFC 3339/],
    array: ['', /an array/],
    'sns-not-json': ['/Message', /not JSON/],
    'eventbridge-wrong-detail': ['/detail/session_id', /string/],
  };
  test.each(Object.entries(refused))('%s', (name, [pointer, reason]) => {
    const violations = [{ pointer, reason: expect.stringMatching(reason) }];
    expect(parseEvent(sample(`invalid/${name}`))).toMatchObject({ ok: false, violations });
  });

  test('no sample is left out', () => {
    const files = readdirSync(new URL('samples/invalid/', folder));
    expect(files.toSorted()).toEqual(
      Object.keys(refused)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  const left = (ip_list: unknown) => ({ type: 'user.left', data: { session_id: 'a', ip_list } });
  const bad: [string, unknown, string][] = [
    ['1,001 addresses', left(Array(1001).fill('10.0.0.1')), '/data/ip_list'],
    ['a zone in an address', left(['fe80::1%eth0']), '/data/ip_list/0'],
    ['an id that is a dot', { type: 'match.ended', data: { session_id: '..' } }, '/data/session_id'],
    ['a type from the prototype', { type: 'constructor', data: {} }, '/type'],
    [
      '101 tags',
      { type: 'tag.retired', data: { deployment_tags: Array(101).fill('t') } },
      '/data/deployment_tags',
    ],
  ];
  test.each(bad)('%s', (_, value, pointer) => {
    expect(checkEvent(value)).toMatchObject({ ok: false, violations: [{ pointer }] });
  });

  test('a body of 1 MiB is refused in a few words', () => {
    const parsed = parseEvent(JSON.stringify({ type: 'x'.repeat(1024 * 1024), data: {} }));
    expect(JSON.stringify(parsed).length).toBeLessThan(500);
  });

  test('a thousand wrong addresses are named ten times at most', () => {
    const parsed = checkEvent(left(Array(1000).fill('nowhere')));
    expect(parsed.ok ? [] : parsed.violations).toHaveLength(10);
  });
});

test('any text and any JSON is an event or a list of reasons', () => {
  const envelope = fc.record(
    {
      type: fc.oneof(fc.constantFrom('match.ended', 'user.left', 'tag.retired'), fc.jsonValue()),
      'detail-type': fc.jsonValue(),
      Type: fc.constant('Notification'),
      Message: fc.json(),
      data: fc.jsonValue(),
      detail: fc.jsonValue(),
      time: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    envelope.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(body, (text) => {
      const parsed = parseEvent(text);
      if (!parsed.ok) expect(parsed.violations.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

test('two spellings of an address are one', () => {
  expect(canonicalIp('0:0:0:0:0:0:0:1')).toBe('::1');
  expect(canonicalIp('2001:DB8:0:0::7')).toBe('2001:db8::7');
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const canonical = canonicalIp(ip);
      expect(isIpAddress(canonical)).toBe(true);
      expect(canonicalIp(canonical)).toBe(canonical);
      expect(canonicalIp(ip.toUpperCase())).toBe(canonical);
    }),
  );
});

test('the JSON Schemas on disk are current', () => {
  for (const [name, schema] of generateSchemas()) {
    expect(JSON.parse(readFileSync(new URL(`schemas/${name}`, folder), 'utf8'))).toEqual(schema);
  }
});
