/** `npm run dead-letters` as a person uses it: the real program against a real queue. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_QUEUE_NAMES } from '../../local-addresses.ts';
import { runTool } from '../support/cli.ts';

const { events, deadLetters } = LOCAL_QUEUE_NAMES;
let sqs: Awaited<ReturnType<typeof startFauxqs>>;
beforeEach(async () => {
  sqs = await startFauxqs({ port: 0, logger: false });
  sqs.createQueue(events);
  sqs.createQueue(deadLetters);
});
afterEach(async () => {
  await sqs.stop();
});

const cli = (...args: string[]) => runTool('dead-letters', args, { LOCAL_SQS_PORT: String(sqs.port) });

const AT = '2026-01-31T20:15:00.000Z';
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

function die(code: string, reason: string, body: object): void {
  const messageAttributes = {
    ERROR_CODE: text(code),
    ERROR_MESSAGE: text(reason),
    FAILED_AT: text(AT),
    ORIGINAL_MESSAGE_ID: text('original'),
    ORIGINAL_SENT_AT: text(AT),
    RECEIVE_COUNT: { DataType: 'Number', StringValue: '3' },
  };
  sqs.sendMessage(deadLetters, JSON.stringify(body), { messageAttributes });
}

const ready = (queue: string) =>
  sqs.inspectQueue(queue)?.messages.ready.map(({ body }) => JSON.parse(body)) ?? [];
const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });

describe('list', () => {
  test('shows when, type, code, reason and receive count, and takes nothing out', async () => {
    die('REFUSED', 'sessionDelete: the API answered 400.', ended('a'));
    const { out } = await cli('list');
    expect(out).toMatch(/^WHEN +TYPE +CODE +RECEIVES +ID +REASON$/m);
    expect(out).toMatch(
      /2026-01-31T20:15:00.000Z +match.ended +REFUSED +3 +\S+ +sessionDelete: the API answered 400\./,
    );
    expect(ready(deadLetters)).toEqual([ended('a')]);
  });

  test('as JSON, all of more than ten, each once', async () => {
    for (let index = 0; index < 23; index += 1) die('REFUSED', 'no', ended(`s${index}`));
    const letters: unknown = JSON.parse((await cli('list', '--json')).out);
    expect(letters).toHaveLength(23);
    expect(ready(deadLetters)).toHaveLength(23);
  });

  test('says that there are none', async () => {
    expect((await cli('list')).out).toBe('No dead letters.\n');
  });
});

describe('redrive', () => {
  test('sends all back, and the dead-letter queue is empty', async () => {
    for (let index = 0; index < 12; index += 1) die('REFUSED', 'no', ended(`s${index}`));
    expect((await cli('redrive', '--yes')).out).toContain('Sent 12 back');
    expect(ready(events)).toHaveLength(12);
    expect(ready(deadLetters)).toEqual([]);
  });

  test('with a code, only those; the others are visible at once', async () => {
    die('REFUSED', 'no', ended('a'));
    die('INVALID_EVENT', 'no', ended('b'));
    expect((await cli('redrive', '--code', 'REFUSED', '--yes')).out).toContain('Sent 1 back');
    expect([ready(events), ready(deadLetters)]).toEqual([[{ ...ended('a'), time: AT }], [ended('b')]]);
  });

  test('asks first, and does nothing where nobody can answer', async () => {
    die('REFUSED', 'no', ended('a'));
    expect(await cli('redrive')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(await cli('redrive', '--code', 'REFUSED')).toMatchObject({ code: 2 });
    expect([ready(events), ready(deadLetters)]).toEqual([[], [ended('a')]]);
  });

  test('what cannot be sent stays', async () => {
    die('REFUSED', 'no', ended('a'));
    const missing = `http://127.0.0.1:${sqs.port}/000000000000/missing`;
    expect((await cli('redrive', '--yes', '--queue-url', missing)).code).toBe(1);
    const state = sqs.inspectQueue(deadLetters)?.messages;
    expect((state?.ready.length ?? 0) + (state?.inflight.length ?? 0)).toBe(1);
  });
});

test('export writes a line for each, and takes nothing out', async () => {
  die('REFUSED', 'no', ended('a'));
  const folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  const file = join(folder, 'out.ndjson');
  expect((await cli('export', file)).code).toBe(0);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    code: 'REFUSED',
    body: JSON.stringify(ended('a')),
  });
  expect(ready(deadLetters)).toEqual([ended('a')]);
  await rm(folder, { recursive: true });
});

test.each([[['lst']], [[]], [['export']], [['list', '--foo']]])(
  'a mistake, %j, is one line',
  async (args) => {
    const { code, err } = await cli(...args);
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
  },
);
