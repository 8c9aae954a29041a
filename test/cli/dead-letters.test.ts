/** `npm run dead-letters` as a person uses it: the real program against a real queue. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTool } from '../support/cli.ts';
import { deadLetters, ended, events, startQueues } from '../support/dead-letters.ts';

describe.concurrent('list', () => {
  test('shows when, type, code, receive count, id and reason, and takes nothing out', async (context) => {
    const { tool, die, ready, url } = await startQueues(context);
    die('REFUSED', 'sessionDelete: the API answered 400.', ended('a'));
    const { out, err, code } = await tool('list');
    expect(out).toMatch(/^WHEN +TYPE +CODE +RECEIVES +ID +REASON$/m);
    expect(out.split('\n')[1]?.split(/ {2,}/)).toEqual([
      '2026-01-31T20:15:00.000Z',
      'match.ended',
      'REFUSED',
      '3',
      'original-1',
      'sessionDelete: the API answered 400.',
    ]);
    expect(err).toBe(`Target: local stage, ${url}/${deadLetters}\n`);
    expect(code).toBe(0);
    expect(ready(deadLetters)).toEqual([ended('a')]);
  });

  test('prints JSON: all of more than ten, each once', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    const ids = Array.from({ length: 23 }, (_, index) => die('REFUSED', 'no', ended(`s${index}`)));
    const letters: { messageId: string }[] = JSON.parse((await tool('list', '--json')).out);
    expect(letters.map(({ messageId }) => messageId).sort()).toEqual(ids.sort());
    expect(ready(deadLetters)).toHaveLength(23);
  });

  test('says that there are none', async (context) => {
    const { tool } = await startQueues(context);
    expect((await tool('list')).out).toBe('No dead letters.\n');
  });

  test('shows what a terminal would obey as escapes, as text and as JSON', async (context) => {
    const { tool, die } = await startQueues(context);
    die('REFUSED', 'moved \u202eevil\u2066 \u009b2J\nline two', {
      ...ended('a'),
      type: '\u001b[31mred\u0007',
    });
    const { out } = await tool('list');
    expect(out).toContain(String.raw`moved \u202eevil\u2066 \u009b2J\u000aline two`);
    expect(out).toContain(String.raw`\u001b[31mred\u0007`);
    const json = (await tool('list', '--json')).out;
    expect(json).toMatch(/^[\n\x20-\x7e]*$/);
    expect(JSON.parse(json)).toMatchObject([{ reason: 'moved \u202eevil\u2066 \u009b2J\nline two' }]);
  });

  test('an id that no dead letter has is an error, and takes nothing out', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const { code, err } = await tool('list', '--id', 'nowhere');
    expect(code).toBe(1);
    expect(err).toContain('No dead letter has the id nowhere.');
    expect(ready(deadLetters)).toEqual([ended('a')]);
  });
});

describe.concurrent('redrive', () => {
  test('sends all back, and the dead-letter queue is empty', async (context) => {
    const { tool, die, ready, url } = await startQueues(context);
    for (let index = 0; index < 12; index += 1) die('REFUSED', 'no', ended(`s${index}`));
    const { out, err } = await tool('redrive', '--yes');
    expect(out).toBe('Sent 12 back to the events queue.\n');
    expect(err).toBe(`Target: local stage, ${url}/${deadLetters} → local stage, ${url}/${events}\n`);
    expect(ready(events)).toHaveLength(12);
    expect(ready(deadLetters)).toEqual([]);
  });

  test('with a code sends only those; the others are visible at once', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    die('INVALID_EVENT', 'no', ended('b'));
    expect((await tool('redrive', '--code', 'REFUSED', '--yes')).out).toContain('Sent 1 back');
    expect([ready(events), ready(deadLetters)]).toEqual([
      [{ ...ended('a'), time: expect.any(String) }],
      [ended('b')],
    ]);
  });

  test('with an id sends only that one', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    die('REFUSED', 'no', ended('b'));
    expect((await tool('redrive', '--id', 'original-2', '--yes')).out).toContain('Sent 1 back');
    expect([ready(events), ready(deadLetters)]).toEqual([
      [{ ...ended('b'), time: expect.any(String) }],
      [ended('a')],
    ]);
  });

  test('with an id that no dead letter has is an error', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const { code, err } = await tool('redrive', '--id', 'nowhere', '--yes');
    expect(code).toBe(1);
    expect(err).toContain('No dead letter has the id nowhere.');
    expect([ready(events), ready(deadLetters)]).toEqual([[], [ended('a')]]);
  });

  test('says how many before it asks; without a terminal it does nothing', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    die('INVALID_EVENT', 'no', ended('b'));
    const all = await tool('redrive');
    expect(all.err).toContain('Send 2 dead letters (1 REFUSED, 1 INVALID_EVENT) back to the events queue?');
    expect(all.err).toContain('No terminal to confirm on: pass --yes.');
    const some = await tool('redrive', '--code', 'REFUSED');
    expect(some.err).toContain('Send 1 dead letter (1 REFUSED) back to the events queue?');
    expect([all.code, some.code]).toEqual([2, 2]);
    expect(ready(events)).toEqual([]);
    expect(ready(deadLetters)).toHaveLength(2);
  });

  test('what cannot be sent stays', async (context) => {
    const { tool, die, kept, url } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    expect((await tool('redrive', '--yes', '--queue-url', `${url}/missing`)).code).toBe(1);
    expect(kept()).toBe(1);
  });
});

test.concurrent('export writes a line for each, and takes nothing out', async (context) => {
  const { tool, die, ready } = await startQueues(context);
  die('REFUSED', 'no', ended('a'));
  const folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  const file = join(folder, 'out.ndjson');
  expect((await tool('export', file)).out).toContain('Wrote 1 dead letter to ');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    code: 'REFUSED',
    body: JSON.stringify(ended('a')),
  });
  expect(ready(deadLetters)).toEqual([ended('a')]);
  await rm(folder, { recursive: true });
});

test.concurrent.for([
  [['lst'], "Unknown command 'lst' (Did you mean list?)."],
  [[], 'No command. The commands are list, export, redrive, drop, resend.'],
  [['export'], "Missing required argument 'file'."],
  [['list', '--foo'], "Unknown option '--foo'."],
  [['list', '--queue-url', 'http://127.0.0.1:1'], "Unknown option '--queue-url'"],
  [['list', '--dead-letter-queue-url', 'nowhere'], 'It must be an http or https URL.'],
  [['redrive', '--id', 'a', '--id', 'b'], 'Pass it once.'],
  [
    ['list', '--stage', 'prod', '--dead-letter-queue-url', 'http://127.0.0.1:1/x/y'],
    'Name one of --stage and --dead-letter-queue-url.',
  ],
  [['redrive', '--dead-letter-queue-url', 'http://127.0.0.1:1/x/y'], 'Pass --queue-url'],
] as const)('a mistake, %j, is one line', async ([args, message]) => {
  const { code, err } = await runTool('dead-letters', args, {});
  expect(err).toContain(message);
  expect(err).toMatch(/See npm run dead-letters -- --help\.\n$/);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});
