/** The contract of events: what is accepted, what is refused, and what the refusal says. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEvent, parseEvent } from '../../events/index.ts';
import { eventTypes } from '../../events/registry.ts';

const folder = new URL('../../events/samples/', import.meta.url);
const sample = (name: string): string => readFileSync(new URL(`${name}.json`, folder), 'utf8');
const samplesIn = (name: string): string[] =>
  readdirSync(new URL(name, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .toSorted();

describe('every accepted form asks for what its sender means', () => {
  const one = { kind: 'deleteSessions', sessionIds: ['abc123-s'] };
  const ips = ['203.0.113.7', '2001:db8::7'];
  const deployments = ['f68e011bfb01', '77c3d6d2a1f0'];
  const season = { kind: 'deleteByTags', tags: ['season-1'], match: 'any' };
  const accepted: Record<string, object> = {
    'match-ended': one,
    'match-ended.many': { kind: 'deleteSessions', sessionIds: ['abc123-s', 'abc124-s'] },
    'match-ended.deployment': { kind: 'deleteByDeployment', requestIds: ['f68e011bfb01'] },
    'match-ended.stop-deployment': { kind: 'stopDeployments', requestIds: ['f68e011bfb01'] },
    'match-ended.null': one,
    'user-left': { kind: 'removeUsers', sessionId: 'abc123-s', ips },
    'user-left.mapped': {
      kind: 'removeUsers',
      sessionId: 'abc123-s',
      ips: ['198.51.100.41', '2001:db8::7'],
    },
    'user-joined': { kind: 'addUsers', sessionId: 'abc123-s', ips },
    'deployment-finished': { kind: 'stopDeployments', requestIds: ['f68e011bfb01'] },
    'deployment-finished.many': { kind: 'stopDeployments', requestIds: deployments },
    'deployment-stopped': { kind: 'deleteByDeployment', requestIds: ['f68e011bfb01'] },
    'deployment-stopped.many': { kind: 'deleteByDeployment', requestIds: deployments },
    'deployment-users.empty': {
      kind: 'countUsers',
      requestId: 'f68e011bfb01',
      users: 0,
      stopAfterMs: 300_000,
    },
    'deployment-users': { kind: 'countUsers', requestId: 'f68e011bfb01', users: 3 },
    'tag-retired': season,
    'tag-retired.all': { kind: 'deleteByTags', tags: ['season-1', 'eu'], match: 'all' },
    'tag-retired.null': season,
    'tag-retired.spaces': { kind: 'deleteByTags', tags: ['Map A', '東京 2'], match: 'any' },
    cloudevents: one,
    'cloudevents.null': one,
    'cloudevents.text-data': one,
    eventbridge: one,
    'eventbridge.cloudevents': one,
    'eventbridge.cloudevents.text': one,
    'eventbridge.cloudevents.text-data': one,
    sns: one,
    'sns.attributes': one,
    'sns.eventbridge': one,
    'sns.eventbridge.cloudevents': one,
  };
  test.each(Object.entries(accepted))('%s', (name, ask) => {
    expect(parseEvent(sample(name))).toMatchObject({ ok: true, event: { ask } });
  });

  test('every sample has its expected result', () => {
    expect(samplesIn('.')).toEqual(Object.keys(accepted).toSorted());
  });

  test('an event carries its type, id, time and source', () => {
    expect(parseEvent(sample('cloudevents'))).toEqual({
      ok: true,
      event: {
        type: 'match.ended',
        id: 'A234-1234-1234',
        timeMs: Date.UTC(2026, 0, 31, 19, 15, 0, 500),
        source: '/matchmaker',
        ask: one,
      },
    });
  });

  test('an attribute that is null is absent', () => {
    expect(parseEvent(sample('match-ended.null'))).toEqual({
      ok: true,
      event: { type: 'match.ended', ask: one },
    });
  });

  test.each(['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])('the zero time %s is absent', (time) => {
    const event = { ...JSON.parse(sample('match-ended.null')), time };
    expect(checkEvent(event)).toEqual({ ok: true, event: { type: 'match.ended', ask: one } });
  });

  test('members that no event type has are ignored', () => {
    const event = { type: 'match.ended', data: { session_id: 'a', winner: 'red' }, traceparent: '00-1' };
    expect(checkEvent(event)).toMatchObject({ ok: true });
  });
});

describe('every typical mistake is named by its path and its reason', () => {
  const refused: Record<string, [string, RegExp]> = {
    'unknown-type': ['/type', /"match.begun".*match.ended, user.left/],
    'no-type': ['/type', /missing/],
    'no-data': ['/data', /missing/],
    'null-data': ['/data', /missing/],
    'text-data-not-json': ['/data', /must be an object; the text is not JSON/],
    'two-targets': ['/data', /exactly one of session_id, session_ids, deployment_request_id/],
    'no-target': ['/data', /exactly one of session_id, session_ids, deployment_request_id/],
    'stop-without-a-deployment': ['/data/stop_deployment', /needs deployment_request_id/],
    'a-part-of-a-user': ['/data/user_count', /whole number, 0 to 1000000/],
    'path-in-id': ['/data/session_id', /1 to 128/],
    'no-ip': ['/data/ip_list/1', /IPv4 or IPv6/],
    'empty-list': ['/data/ip_list', /empty/],
    'tag-with-a-space-at-its-end': ['/data/deployment_tags/0', /1 to 40 printable characters/],
    'time-without-zone': ['/time', /RFC 3339/],
    'time-that-does-not-exist': ['/time', /a date that exists/],
    array: ['', /an array/],
    'sns-not-json': ['/Message', /not JSON/],
    'eventbridge-wrong-detail': ['/detail/session_id', /string/],
    'sns.eventbridge.cloudevents-wrong': ['/Message/detail/data/session_id', /string/],
    's3-test-event': ['/type', /missing/],
  };
  test.each(Object.entries(refused))('%s', (name, [pointer, reason]) => {
    const violations = [{ pointer, reason: expect.stringMatching(reason) }];
    const parsed = parseEvent(sample(`invalid/${name}`));
    expect(parsed).toMatchObject({ ok: false, violations });
    expect(parsed).not.toHaveProperty('isForeign');
  });

  test('every sample has its expected result', () => {
    expect(samplesIn('invalid/')).toEqual(Object.keys(refused).toSorted());
  });

  const left = (ip_list: unknown) => ({ type: 'user.left', data: { session_id: 'a', ip_list } });
  const tagged = (deployment_tags: unknown) => ({ type: 'tag.retired', data: { deployment_tags } });
  const bad: [string, unknown, string][] = [
    ['1,001 addresses', left(Array(1001).fill('10.0.0.1')), '/data/ip_list'],
    ['a zone in an address', left(['fe80::1%eth0']), '/data/ip_list/0'],
    ['an id that is a dot', { type: 'match.ended', data: { session_id: '..' } }, '/data/session_id'],
    ['a type from the prototype', { type: 'constructor', data: {} }, '/type'],
    ['101 tags', tagged(Array(101).fill('t')), '/data/deployment_tags'],
    ['a control character in a tag', tagged(['Map\u0007A']), '/data/deployment_tags/0'],
    ['a tag of 41 characters', tagged(['😀'.repeat(41)]), '/data/deployment_tags/0'],
    ['data that is a number', { type: 'match.ended', data: 7 }, '/data'],
    ['data that is the text of a list', { type: 'match.ended', data: '[]' }, '/data'],
    ['an id that is a number', { type: 'match.ended', data: { session_id: 'a' }, id: 7 }, '/id'],
  ];
  test.each(bad)('%s', (_, value, pointer) => {
    expect(checkEvent(value)).toMatchObject({ ok: false, violations: [{ pointer }] });
  });

  test('a tag of 40 characters is accepted, whatever their length in UTF-16', () => {
    expect(checkEvent(tagged(['😀'.repeat(40)]))).toMatchObject({ ok: true });
  });

  test('mistakes in the attributes and in the data are reported together', () => {
    const parsed = checkEvent({
      type: 'match.ended',
      id: 1,
      time: 'now',
      source: [],
      data: { session_id: 2 },
    });
    const pointers = parsed.ok ? [] : parsed.violations.map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/id', '/time', '/source', '/data/session_id']);
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

describe('messages of other systems on a shared SNS topic', () => {
  test.each(samplesIn('foreign/'))('%s is marked as foreign', (name) => {
    expect(parseEvent(sample(`foreign/${name}`))).toMatchObject({ ok: false, isForeign: true });
  });

  const published = (message: unknown) => ({ Type: 'Notification', Message: JSON.stringify(message) });
  test.each<[string, unknown]>([
    ['a type with a typing error', published({ type: 'match.end', data: { session_id: 'a' } })],
    ['data without a type', published({ data: { session_id: 'a' } })],
    [
      'an EventBridge event of the game',
      published({ 'detail-type': 'match.begun', source: 'my.game', detail: {} }),
    ],
    [
      'the same without a topic',
      { 'detail-type': 'GameLift Matchmaking Event', source: 'aws.gamelift', detail: {} },
    ],
  ])('%s is a mistake, not foreign', (_, body) => {
    const parsed = checkEvent(body);
    expect(parsed.ok).toBe(false);
    expect(parsed).not.toHaveProperty('isForeign');
  });
});

test('any text and any JSON is an event or a list of reasons', () => {
  const envelope = fc.record(
    {
      type: fc.oneof(fc.constantFrom('match.ended', 'user.left', 'tag.retired'), fc.jsonValue()),
      'detail-type': fc.jsonValue(),
      Type: fc.constant('Notification'),
      Message: fc.json(),
      data: fc.oneof(fc.jsonValue(), fc.json()),
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

test('every event type has a sample', () => {
  const named = samplesIn('.').map((name) => name.split('.')[0]);
  for (const type of eventTypes.keys()) expect(named).toContain(type.replace('.', '-'));
});
