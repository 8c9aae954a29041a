/** `npm run sessions -- why ID`: who deleted a session, from the memory of a real table. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemory } from '../../lib/memory/memory.ts';
import { runTool } from '../support/cli.ts';
import { type MemoryTable, startMemoryTable, TABLE } from '../support/memory-table.ts';

let table: MemoryTable;
beforeAll(async () => {
  table = await startMemoryTable();
  const memory = openMemory({ table: TABLE, days: 15 }, table.aws);
  const deleted = { sessionId: 'abc123-s', by: 'match.ended', event: 'evt-1' };
  await memory.rememberDeleted([deleted], AbortSignal.timeout(10_000));
});
afterAll(async () => {
  await table.stop();
});

const why = (id: string, env: Record<string, string> = {}, ...options: string[]) =>
  runTool('sessions', ['why', id, ...options], {
    MEMORY_TABLE: TABLE,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...env,
  });

test('names the event, its id and the time, and the table in the first line', async () => {
  const { code, out, err } = await why('abc123-s');
  expect(out).toMatch(
    /^Session abc123-s was deleted at \S+Z \(\d+s ago\), because of match\.ended: evt-1\.\n$/,
  );
  expect(err).toBe(`Target: ${table.url}/${TABLE}\n`);
  expect(code).toBe(0);
});

test('prints JSON', async () => {
  const { out } = await why('abc123-s', {}, '--json');
  const deleted_at = expect.stringMatching(/Z$/);
  expect(JSON.parse(out)).toEqual({ session_id: 'abc123-s', deleted_at, by: 'match.ended', event: 'evt-1' });
});

test('says that this service never deleted a session', async () => {
  const { code, out } = await why('abc124-s');
  expect(out).toBe('Session abc124-s was never deleted by this service, as far as it remembers (15 days).\n');
  expect(code).toBe(0);
  expect(JSON.parse((await why('abc124-s', {}, '--json')).out)).toBeNull();
});

test('a table that does not answer is an error, never "never deleted"', async () => {
  const { code, out, err } = await why('abc123-s', { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' });
  expect(out).toBe('');
  expect(err).toMatch(/session-hooks-test-memory/);
  expect(code).toBe(1);
});

test('on the local stage it asks the table of the local stage', async () => {
  const { code, err } = await runTool('sessions', ['why', 'a', '--stage', 'local'], {
    LOCAL_DYNAMODB_PORT: '1',
  });
  expect(err).toContain('Target: local stage, http://127.0.0.1:1/session-hooks-local-memory\n');
  expect(code).toBe(1);
});
