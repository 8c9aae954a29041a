/** Every sample of an event, and of another system's message, through the hook into the queue. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { signed, startHook, type TestRequest, TOKEN } from '../support/hook.ts';
import { projectFile } from '../support/markdown.ts';

const folder = new URL('../../events/samples/adapters/', import.meta.url);
const sampleSchema = z.object({
  address: z.optional(z.string()),
  body: z.unknown(),
  events: z.array(z.record(z.string(), z.unknown())),
  ignored: z.number(),
});
const sources = readdirSync(folder);

let hook: Awaited<ReturnType<typeof startHook>>;
beforeAll(async () => {
  hook = await startHook();
});
afterAll(async () => {
  await hook.stop();
});

function requestOf(source: string, body: unknown, what?: string): TestRequest {
  if (source !== 'edgegap') return signed(body, source);
  const request = { headers: {}, body: JSON.stringify(body) };
  return what === undefined
    ? { ...request, routeKey: 'POST /hooks/edgegap/{token}', pathParameters: { token: TOKEN } }
    : { ...request, routeKey: 'POST /hooks/edgegap/{token}/{what}', pathParameters: { token: TOKEN, what } };
}

describe.each(sources)('%s', (source) => {
  test.each(readdirSync(new URL(`${source}/`, folder)))('%s', async (file) => {
    const text = readFileSync(new URL(`${source}/${file}`, folder), 'utf8');
    const { address, body, events, ignored } = sampleSchema.parse(JSON.parse(text));
    const before = hook.queued().length;
    const answer = await hook.send(requestOf(source, body, address));
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: events.length, ...(ignored > 0 && { ignored }) },
    });
    // Only a signature has a time to give to an event without one.
    const time = source === 'edgegap' ? {} : { time: expect.any(String) };
    expect(hook.queued().slice(before)).toEqual(events.map((event) => ({ ...time, ...event })));
  });
});

const samples = new URL('../../events/samples/', import.meta.url);
const filesIn = (name: string) =>
  readdirSync(new URL(name, samples)).filter((file) => file.endsWith('.json'));
const bytesOf = (file: string): Buffer => readFileSync(new URL(file, samples));

/** The answers as docs/openapi.json describes them. */
const openapi = new Ajv2020({ strict: false }).addSchema({
  ...JSON.parse(projectFile('docs/openapi.json')),
  $id: 'https://test.example/openapi',
});
const isDescribed = (schema: string, body: unknown): boolean =>
  openapi.validate({ $ref: `https://test.example/openapi#/components/schemas/${schema}` }, body);

describe('events in every form', () => {
  test.each(filesIn('.'))('%s', async (file) => {
    const before = hook.queued().length;
    const text = bytesOf(file).toString();
    const answer = await hook.send(signed(text));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(isDescribed('Accepted', answer.body)).toBe(true);
    expect(hook.queued().slice(before)).toMatchObject([JSON.parse(text.replace(/"time": null,?/, ''))]);
  });

  test.each(filesIn('invalid/'))('invalid/%s', async (file) => {
    const before = hook.queued().length;
    // An array may hold events: the sample's mistake is in the queue only.
    const status = file === 'array.json' ? 202 : 400;
    const answer = await hook.send(signed(bytesOf(`invalid/${file}`).toString()));
    expect(answer).toMatchObject({ status });
    expect(isDescribed(status === 202 ? 'Accepted' : 'Problem', answer.body)).toBe(true);
    expect(hook.queued().length - before).toBe(status === 202 ? 1 : 0);
  });
});
