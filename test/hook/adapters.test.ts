import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Adapter, adaptEdgegap, adapters } from '../../events/adapters/index.ts';
import { checkEvent } from '../../events/index.ts';

const folder = new URL('../../events/samples/adapters/', import.meta.url);
const sampleSchema = z.strictObject({ body: z.unknown(), events: z.array(z.unknown()), ignored: z.number() });
const all = new Map<string, Adapter>([['edgegap', adaptEdgegap], ...adapters]);

describe.each([...all])('%s', (source, adapt) => {
  const files = readdirSync(new URL(`${source}/`, folder));
  test.each(files)('%s becomes the events it names, and they are valid', (file) => {
    const { body, events, ignored } = sampleSchema.parse(
      JSON.parse(readFileSync(new URL(`${source}/${file}`, folder), 'utf8')),
    );
    expect(adapt(body)).toEqual({ ok: true, events, ignored });
    for (const event of events) expect(checkEvent(event)).toMatchObject({ ok: true });
  });

  test('whatever comes: no crash, and nothing but known event types', () => {
    const members = fc.record(
      {
        session_id: fc.jsonValue(),
        status: fc.constantFrom('Status.ERROR', 'error', 'READY'),
        request_id: fc.jsonValue(),
        current_status: fc.jsonValue(),
        error: fc.jsonValue(),
        instance_id: fc.jsonValue(),
        action: fc.oneof(fc.constantFrom('stop', 'READY'), fc.jsonValue()),
        GameId: fc.jsonValue(),
        Type: fc.oneof(fc.constantFrom('Close', 'Save'), fc.jsonValue()),
        ActorNr: fc.jsonValue(),
        UserId: fc.oneof(fc.ipV4(), fc.jsonValue()),
        EventName: fc.oneof(fc.constant('multiplayer_server_state_changed'), fc.jsonValue()),
        NewState: fc.oneof(fc.constant('Terminated'), fc.jsonValue()),
        Payload: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), members, fc.array(members)), (body) => {
        const adapted = adapt(body);
        if (!adapted.ok) {
          expect(adapted.violations.length).toBeGreaterThan(0);
          return;
        }
        for (const { type } of adapted.events)
          expect(['match.ended', 'deployment.stopped', 'user.left']).toContain(type);
        expect(adapted.events.length + adapted.ignored).toBe(Array.isArray(body) ? body.length : 1);
      }),
    );
  });
});

test.each([
  ['nakama', { instance_id: 'a', action: 'PAUSE' }, '/action'],
  ['nakama', { action: 'STOP' }, '/instance_id'],
  ['photon', { Type: 'Close' }, '/GameId'],
  ['photon', { GameId: 'a', Type: 'Join' }, '/Type'],
  ['playfab', { NewState: 'Terminated' }, '/EventName'],
  ['playfab', [{ EventName: 'multiplayer_server_state_changed', NewState: 'Terminated' }], '/0/SessionId'],
])('%s: what is missing or unknown is named', (source, body, pointer) => {
  expect(all.get(source)?.(body)).toMatchObject({ ok: false, violations: [{ pointer }] });
});
