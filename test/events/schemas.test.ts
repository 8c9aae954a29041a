/** The published JSON Schemas and the parser accept the same: an independent validator (Ajv) holds them together. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEvent } from '../../events/index.ts';
import { generateSchemas } from '../../events/schemas/generate.ts';
import {
  addresses,
  identifiers,
  leapSeconds,
  nearlyEvents,
  noText,
  tags,
  times,
} from '../support/event-arbitraries.ts';

const folder = new URL('../../events/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const files = readdirSync(new URL('schemas/', folder)).filter((file) => file.endsWith('.json'));

/** The schemas as they are published, compiled: formats as annotations, and formats as assertions. */
const annotating = new Ajv2020({ validateFormats: false });
const asserting = formats.default(new Ajv2020());
const compiled = (ajv: Ajv2020): ValidateFunction[] =>
  files.map((file) => ajv.compile(Object(read(`schemas/${file}`))));
const validators = [compiled(annotating), compiled(asserting)];

function expectAgreement(event: unknown): void {
  const accepted = checkEvent(event).ok;
  for (const schemas of validators) {
    expect({ event, accepted: schemas.some((validate) => validate(event)) }).toEqual({ event, accepted });
  }
}

test('the JSON Schemas on disk are current', () => {
  const generated = generateSchemas();
  expect(files.toSorted()).toEqual([...generated.keys()].toSorted());
  for (const [name, schema] of generated) expect(read(`schemas/${name}`)).toEqual(schema);
});

describe('parser and schemas agree', () => {
  test('on every sample in the plain form', () => {
    const isPlain = (value: object): boolean =>
      !('Type' in value || 'detail-type' in value || ('data' in value && typeof value.data === 'string'));
    const samples = ['samples/', 'samples/invalid/']
      .flatMap((name) => readdirSync(new URL(name, folder)).map((file) => name + file))
      .filter((name) => name.endsWith('.json'))
      .map((name) => Object(read(name)))
      .filter(isPlain);
    expect(samples.length).toBeGreaterThan(20);
    for (const sample of samples) expectAgreement(sample);
  });

  const agreesOn = <T>(values: fc.Arbitrary<T>, numRuns: number, eventOf: (value: T) => unknown) => {
    let accepted = 0;
    fc.assert(
      fc.property(values, (value) => {
        const event = eventOf(value);
        expectAgreement(event);
        if (checkEvent(event).ok) accepted += 1;
      }),
      { numRuns },
    );
    // Both sides refuse whatever is odd enough: what they accept must be compared, too.
    expect(accepted).toBeGreaterThan(numRuns / 20);
  };
  const ended = (members: object) => ({ type: 'match.ended', data: { session_id: 'a' }, ...members });

  test('on generated events', () => {
    agreesOn(nearlyEvents, 3000, (event) => event);
  });

  test('on generated times', () => {
    agreesOn(times, 4000, (time) => ended({ time }));
    agreesOn(leapSeconds, 1000, (time) => ended({ time }));
  });

  test('on generated addresses', () => {
    agreesOn(addresses, 2000, (ip) => ({ type: 'user.left', data: { session_id: 'a', ip_list: [ip] } }));
  });

  test('on generated identifiers', () => {
    agreesOn(identifiers, 2000, (session_id) => ended({ data: { session_id } }));
  });

  test('on generated tags', () => {
    agreesOn(tags, 3000, (tag) => ({ type: 'tag.retired', data: { deployment_tags: [tag] } }));
  });

  test('on lists at their limits', () => {
    for (const length of [0, 1, 100, 101, 1000, 1001]) {
      expectAgreement(ended({ data: { session_ids: Array(length).fill('a') } }));
      expectAgreement({ type: 'tag.retired', data: { deployment_tags: Array(length).fill('a') } });
    }
  });

  test('on any JSON', () => {
    fc.assert(fc.property(noText, expectAgreement), { numRuns: 500 });
  });
});
