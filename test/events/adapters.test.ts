/** Other systems' messages: each is judged by what it says that it is. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Adapter } from '../../events/adapters/index.ts';
import { adaptEdgegap, adapters, createAdapters, edgegapAdapters } from '../../events/adapters/index.ts';
import { checkEvent } from '../../events/index.ts';

const folder = new URL('../../events/samples/adapters/', import.meta.url);
const sampleSchema = z.strictObject({
  address: z.optional(z.string()),
  body: z.unknown(),
  events: z.array(z.unknown()),
  ignored: z.number(),
});

function adapterOf(source: string, address?: string): Adapter {
  const platform = address === undefined ? adaptEdgegap : edgegapAdapters.get(address);
  const adapter = source === 'edgegap' ? platform : adapters.get(source);
  if (adapter === undefined) throw new Error(`No adapter for ${source} ${address}`);
  return adapter;
}

describe.each(['edgegap', ...adapters.keys()])('%s', (source) => {
  const files = readdirSync(new URL(`${source}/`, folder));
  test.each(files)('%s becomes the events that it names, and they are valid', (file) => {
    const { address, body, events, ignored } = sampleSchema.parse(
      JSON.parse(readFileSync(new URL(`${source}/${file}`, folder), 'utf8')),
    );
    expect(adapterOf(source, address)(body)).toEqual({ ok: true, events, ignored });
    for (const event of events) expect(checkEvent(event)).toMatchObject({ ok: true });
  });
});

describe('nakama, where the operator chose that an empty deployment is stopped', () => {
  const adapt = createAdapters({ emptyAfterSeconds: 300 }).get('nakama') ?? adapters.get('none');
  const of = (connections: unknown) => adapt?.({ instance_id: 'f68e01cbc63b', connections });
  const users = (data: object) => ({
    ok: true,
    events: [{ type: 'deployment.users', data: { deployment_request_id: 'f68e01cbc63b', ...data } }],
    ignored: 0,
  });

  test('an empty list of connections says so, with the time', () => {
    expect(of([])).toEqual(users({ user_count: 0, stop_after_seconds: 300 }));
  });

  test('a list that is not empty is a sign of life', () => {
    expect(of(['5b0d0f7a', '6a55'])).toEqual(users({ user_count: 2 }));
  });

  test.each([null, undefined, 0, {}, '[]'])(
    'connections that are %j mean nothing, and are refused',
    (value) => {
      expect(of(value)).toMatchObject({ ok: false, violations: [{ pointer: '/action' }] });
    },
  );
});

const nested = { PlayStreamEventEnvelope: { EventName: 'player_logged_in', EventData: '{' } };
test.each<[string, unknown, string, string?]>([
  ['nakama', { instance_id: 'a', action: 'PAUSE' }, '/action'],
  ['nakama', { instance_id: 'a', action: 'x.STOP' }, '/action'],
  ['nakama', { instance_id: 'a' }, '/action'],
  ['nakama', { action: 'STOP' }, '/instance_id'],
  ['nakama', { action: 'STOP', instance_id: '../x' }, '/instance_id'],
  ['nakama', [], '/action'],
  ['photon', { Type: 'Close' }, '/GameId'],
  ['photon', { Type: 'Close', GameId: 'my room' }, '/GameId'],
  ['photon', { Type: 'LeaveRequest', GameId: 'my room', UserId: '192.0.2.1' }, '/GameId'],
  ['photon', { Type: 'close', GameId: 'a' }, '/Type'],
  ['photon', { Type: 'GetGameList', GameId: 'a', UserId: '192.0.2.1' }, '/Type'],
  ['photon', { Type: 7, GameId: 'a', CloseReason: 0 }, '/Type'],
  ['photon', { GameId: 'a' }, '/Type'],
  ['photon', { GameId: 'a', CloseReason: 'done' }, '/Type'],
  ['photon', { GameId: 'a', CloseReason: 0, UserId: '192.0.2.1' }, '/Type'],
  ['photon', { CloseReason: 0 }, '/GameId'],
  ['photon', 'Close', ''],
  ['playfab', { NewState: 'Terminated' }, '/EventName'],
  ['playfab', [{ EventName: 'multiplayer_server_state_changed', NewState: 'Terminated' }], '/0/SessionId'],
  ['playfab', { EventName: 'multiplayer_server_state_changed', SessionId: 'a' }, '/NewState'],
  ['playfab', { EventName: 'multiplayer_server_state_changed', Payload: 'over' }, '/Payload/NewState'],
  ['playfab', nested, '/PlayStreamEventEnvelope/EventData'],
  ['playfab', { PlayStreamEventEnvelope: {} }, '/PlayStreamEventEnvelope/EventData'],
  [
    'playfab',
    {
      PlayStreamEventEnvelope: {
        EventName: 'multiplayer_server_state_changed',
        EventData: '{"NewState":"Terminated","SessionId":"../x","Timestamp":"now"}',
      },
    },
    '/PlayStreamEventEnvelope/EventData/SessionId',
  ],
  ['edgegap', {}, '/request_id'],
  ['edgegap', { session_id: '../x', status: 'Error' }, '/session_id'],
  ['edgegap', { session_id: 'a', status: 'Error' }, '/request_id', 'terminated'],
  ['edgegap', { session_id: 'a', status: 'Ready' }, '/request_id', 'ready'],
])('%s: %j is refused, at its pointer', (source, body, pointer, address) => {
  const adapted = adapterOf(source, address)(body);
  expect(adapted).toMatchObject({ ok: false });
  expect(adapted.ok ? [] : adapted.violations.map((violation) => violation.pointer)).toContain(pointer);
});

test('what is not known is named', () => {
  expect(adapterOf('photon')({ Type: 'Teleport', GameId: 'a' })).toMatchObject({
    violations: [{ reason: expect.stringContaining('"Teleport"') }],
  });
});

/** What the systems' documentation says that each message means, as a set of event types. */
const PHOTON_LEFT =
  /^(ClientDisconnect|ClientTimeoutDisconnect|ManagedDisconnect|ServerDisconnect|TimeoutDisconnect|LeaveRequest|PlayerTtlTimedOut|PeerLastTouchTimed[Oo]ut|PluginRequest|PluginFailedJoin)$/;
type Message = Record<string, unknown>;
const word = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/^.*\./, '').toLowerCase() : '';
const hasEnded = ({ current_status }: Message) => /^terminat(ed|ing)$/.test(word(current_status));
const isStateChange = (name: unknown, namespace: unknown) =>
  (name === 'server_state_changed' && namespace === 'playfab.multiplayer') ||
  (name === 'multiplayer_server_state_changed' &&
    (namespace == null || namespace === 'com.playfab' || namespace === 'playfab.multiplayer'));

const meanings: Record<string, (message: Message) => string | undefined> = {
  photon: ({ Type, CloseReason, UserId, ActorNr }) => {
    if (Type === 'Close') return 'match.ended';
    if (typeof Type === 'string') return PHOTON_LEFT.test(Type) ? 'user.left' : undefined;
    const isClose = Type == null && typeof CloseReason === 'number' && UserId == null && ActorNr == null;
    return isClose ? 'match.ended' : undefined;
  },
  nakama: (message) => {
    const { action } = message;
    if (typeof action === 'string') return /^stop$/i.test(action) ? 'deployment.finished' : undefined;
    return action == null && hasEnded(message) ? 'deployment.stopped' : undefined;
  },
  playfab: ({ EventName, EventNamespace, FullName, NewState, Payload }) => {
    const state = Payload == null ? NewState : Object(Payload).NewState;
    const { Name, Namespace } = Object(FullName);
    const stated = [
      [EventName, EventNamespace],
      [Name, Namespace],
    ].filter(([name]) => name != null);
    const isChange = stated.length > 0 && stated.every(([name, namespace]) => isStateChange(name, namespace));
    return isChange && (state === 'Terminated' || state === 'Terminating') ? 'match.ended' : undefined;
  },
  edgegap: (message) => {
    if (message.session_id == null) return hasEnded(message) ? 'deployment.stopped' : undefined;
    return /^(error|unprocessable)$/.test(word(message.status)) ? 'match.ended' : undefined;
  },
};

const usually = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
const id = fc.constantFrom('abc123-s', '0:eu:abc123-s', 'f68e01cbc63b', 'my room', '');
const status = fc.constantFrom(
  'Status.READY',
  'Ready',
  'Terminated',
  'Status.TERMINATING',
  'ERROR',
  'Unprocessable',
);
const photonTypes = fc.constantFrom(
  ...['Close', 'close', 'Save', 'Create', 'Load', 'Join', 'BeforeJoin', 'Event', 'Game', 'Actor', 'Leave'],
  ...[
    'ClientDisconnect',
    'LeaveRequest',
    'PlayerTtlTimedOut',
    'PluginRequest',
    'ConnectTimeout',
    'CloseReason',
  ],
);
const names = fc.constantFrom('multiplayer_server_state_changed', 'server_state_changed', 'vm_assigned');
const namespaces = fc.constantFrom('playfab.multiplayer', 'com.playfab', 'title.AB12', 'notplayfab');
const states = fc.constantFrom('Terminated', 'Terminating', 'Active', 'StandingBy');
const changed = fc.record({ SessionId: usually(id), NewState: usually(states) }, { requiredKeys: [] });
const first = fc.record({ EventName: usually(names), EventNamespace: usually(namespaces) });
const second = usually(fc.record({ Name: usually(names), Namespace: usually(namespaces) })).map(
  (FullName) => ({ FullName }),
);
const messages: Record<string, fc.Arbitrary<Message>> = {
  photon: fc.record(
    {
      Type: usually(photonTypes),
      GameId: usually(id),
      ActorNr: usually(fc.nat(4)),
      UserId: usually(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('player'))),
      IsInactive: usually(fc.boolean()),
      CloseReason: usually(fc.nat(1)),
      AppId: usually(fc.constant('app')),
      Player: fc.nat(30),
    },
    { requiredKeys: [] },
  ),
  nakama: fc.record(
    {
      instance_id: usually(id),
      action: usually(fc.constantFrom('STOP', 'stop', 'Ready', 'ERROR', 'x.STOP', 'STOPPED')),
      connections: usually(fc.array(fc.string(), { maxLength: 2 })),
      request_id: usually(id),
      current_status: usually(status),
    },
    { requiredKeys: [] },
  ),
  playfab: fc
    .tuple(
      fc.oneof(
        first,
        second,
        fc.tuple(first, second).map(([one, other]) => ({ ...one, ...other })),
      ),
      fc.record({ EventId: usually(fc.string()), Timestamp: usually(fc.constant('2026-01-31T20:15:00Z')) }),
      fc.oneof(
        changed,
        usually(changed).map((Payload) => ({ Payload })),
      ),
    )
    .map((parts) => Object.assign({}, ...parts)),
  edgegap: fc.record(
    {
      session_id: usually(id),
      status: usually(status),
      request_id: usually(id),
      current_status: usually(status),
      error: fc.boolean(),
      running: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
};

describe.each(Object.keys(messages))('10,000 generated messages of %s', (source) => {
  test('never become an event that they do not mean', () => {
    let events = 0;
    fc.assert(
      fc.property(messages[source] ?? fc.constant({}), (message) => {
        const adapted = adapterOf(source)(message);
        if (!adapted.ok) return;
        expect(adapted.events.length + adapted.ignored).toBe(1);
        for (const event of adapted.events) {
          expect({ message, type: event.type }).toEqual({ message, type: meanings[source]?.(message) });
          expect(checkEvent(event)).toMatchObject({ ok: true });
          events += 1;
        }
      }),
      { numRuns: 10_000 },
    );
    expect(events).toBeGreaterThan(50);
  });

  test('are read without a crash, whatever they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const adapted = adapterOf(source)(body);
        if (!adapted.ok) expect(adapted.violations.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

test('messages at the address of an error or of a ready deployment ask for nothing, whatever they say', () => {
  fc.assert(
    fc.property(
      messages.edgegap ?? fc.constant({}),
      fc.constantFrom('error', 'ready'),
      (message, address) => {
        const adapted = adapterOf('edgegap', address)(message);
        if (adapted.ok) expect(adapted).toEqual({ ok: true, events: [], ignored: 1 });
      },
    ),
    { numRuns: 1000 },
  );
});

test('the envelope of a cloud script counts as much as the message in it', () => {
  const envelope = (EventName: string, message: unknown) => ({
    PlayStreamEventEnvelope: {
      EventName,
      EventNamespace: 'playfab.multiplayer',
      EventData: JSON.stringify(message),
    },
  });
  fc.assert(
    fc.property(messages.playfab ?? fc.constant({}), (message) => {
      const alone = adapterOf('playfab')(message);
      const same = adapterOf('playfab')(envelope('multiplayer_server_state_changed', message));
      if (alone.ok) expect(same).toEqual(alone);
      const other = adapterOf('playfab')(envelope('player_logged_in', message));
      if (other.ok) expect(other.events).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('several messages of PlayFab are counted one by one', () => {
  const message = messages.playfab ?? fc.constant({});
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (all) => {
      const adapted = adapterOf('playfab')(all);
      if (adapted.ok) expect(adapted.events.length + adapted.ignored).toBe(all.length);
    }),
  );
});
