/** Every sample of an event, through the built session-events: valid ones are carried out, others are dead or ignored. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { sqsEvent } from '../support/records.ts';
import { startStage } from '../support/stage.ts';

const samples = new URL('../../events/samples/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, samples), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(new URL(folder, samples)).filter((file) => file.endsWith('.json'));
const lineSchema = z.looseObject({ message: z.literal('batch'), dead: z.number(), ignored: z.number() });

let stage: Awaited<ReturnType<typeof startStage>>;
let environment: Awaited<ReturnType<typeof stage.sessionEvents>>;
beforeAll(async () => {
  stage = await startStage({ kind: true });
  environment = await stage.sessionEvents({ API_RATE: '1000' });
});
afterAll(async () => {
  await stage.stop();
});

const batchLines = () =>
  environment.logs
    .filter((line) => line.includes('"batch"'))
    .map((line) => lineSchema.parse(JSON.parse(line)));

/** What became of the one message with this body. */
async function handled(body: string): Promise<'carried out' | 'dead' | 'ignored' | 'tried again'> {
  const before = batchLines().length;
  const { batchItemFailures } = await environment.invoke(sqsEvent([body]));
  await vi.waitUntil(() => batchLines().length > before);
  const { dead, ignored } = batchLines().at(-1) ?? { dead: 0, ignored: 0 };
  if (batchItemFailures.length > 0) return 'tried again';
  if (ignored === 1) return 'ignored';
  return dead === 1 ? 'dead' : 'carried out';
}

/** A deployment without users waits until its time is over. */
const WAITING = 'deployment-users.empty.json';
const expected = (file: string) => (file === WAITING ? 'tried again' : 'carried out');

test.each(filesIn('.'))('%s is carried out', async (file) => {
  expect(await handled(read(file))).toBe(expected(file));
});

test.each(filesIn('.'))('%s after a byte order mark, too', async (file) => {
  expect(await handled(`\uFEFF${read(file)}`)).toBe(expected(file));
});

test.each(filesIn('invalid/'))('invalid/%s becomes a dead letter', async (file) => {
  expect(await handled(read(`invalid/${file}`))).toBe('dead');
});

test.each(filesIn('foreign/'))('foreign/%s is acknowledged and counted as ignored', async (file) => {
  expect(await handled(read(`foreign/${file}`))).toBe('ignored');
});
