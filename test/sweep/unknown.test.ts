/** Members of an answer that are absent are unknown, and what is unknown never stops a session. */
import { expect, test } from 'vitest';
import { readSweepConfig } from '../../lib/sweep/config.ts';
import { judge } from '../../lib/sweep/policy.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const listed = { session_id: 'a', status: 'Status.ERROR', ready: false, linked: false, user_count: 0 };
const details = { ...listed, create_time: '2025-12-24 12:00:00.000000' };
const { policy } = readSweepConfig({});

test('a session whose members are all known is stopped', () => {
  expect(judge(listed, details, NOW, policy)).toMatchObject({ stop: true, rule: 'error' });
});

test.each(['status', 'linked', 'user_count', 'create_time'])('a session without its %s is kept', (member) => {
  const unknown = { ...details, [member]: undefined };
  expect(judge(listed, unknown, NOW, policy)).toMatchObject({ stop: false, rule: 'unknown' });
});

test.each(['status', 'linked', 'user_count'])('a row of the list without its %s is looked at', (member) => {
  const verdict = judge({ ...listed, [member]: undefined }, undefined, NOW, policy);
  expect(verdict).toMatchObject({ stop: false, rule: 'unknown' });
});

test('users that are listed count where their number is unknown', () => {
  const users = { ...details, user_count: undefined, session_users: [{ ip: '::1' }] };
  expect(judge(listed, users, NOW, policy)).toMatchObject({ stop: false, rule: 'alive' });
});
