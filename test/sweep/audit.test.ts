/** The audit of the sweep: each stop with the rule that asked for it, and what was proven without one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAuditLog } from '../../lib/edgegap/audit.ts';
import { type Oddities, type OddSession, staleSession, startOddApi } from './odd-api.ts';
import { sweepOver } from './support.ts';

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The audit of one sweep, by operation, outcome, targets and rules. */
async function sweptBy(sessions: readonly OddSession[], oddities: Oddities = {}) {
  const api = await startOddApi(sessions, oddities);
  await sweepOver(api.url).sweep({ deadline: Date.now() + 2000, audit: createAuditLog() });
  await api.stop();
  const audited = lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ message }) => message === 'audit');
  const rows = audited.map(({ operation, outcome, targets, by }) => [operation, outcome, targets, by]);
  // Sessions that are deleted one by one end in any order.
  return rows.toSorted((one, other) => (String(one) < String(other) ? -1 : 1));
}

const unlinked = staleSession('u', {
  linked: false,
  deployment: null,
  create_time: '2026-01-01 00:00:00.000000',
});
const empty = staleSession('e');
const BOTH = ['u', 'e'];
const RULES = ['unlinked', 'empty'];

test('a bulk stop names its sessions and their rules', async () => {
  expect(await sweptBy([unlinked, empty])).toEqual([['sessionsBulkStop', 'done', BOTH, RULES]]);
});

test('what a bulk stop leaves out is open until it is deleted alone', async () => {
  const oddities = { bulkStop: () => ({ status: 200, body: { processable: [] } }) };
  expect(await sweptBy([unlinked, empty], oddities)).toEqual([
    ['sessionDelete', 'done', ['e'], ['empty']],
    ['sessionDelete', 'done', ['u'], ['unlinked']],
    ['sessionsBulkStop', 'open', BOTH, RULES],
    ['sessionsBulkStop', 'open', BOTH, RULES],
  ]);
});

test('what is proven to be gone, and what is left for the next sweep, are lines without a call', async () => {
  let looks = 0;
  const oddities: Oddities = {
    bulkStop: () => ({ status: 200, body: { processable: [] } }),
    remove: (id) => ({ status: id === 'u' ? 404 : 422 }),
    get: (id) => {
      looks += 1;
      return id === 'u' && looks > 4 ? { status: 404 } : undefined;
    },
  };
  expect((await sweptBy([unlinked, empty], oddities)).slice(0, 4)).toEqual([
    ['none', 'gone', ['u'], ['unlinked']],
    ['none', 'retry', ['e'], ['empty']],
    ['sessionDelete', 'open', ['e'], ['empty']],
    ['sessionDelete', 'open', ['u'], ['unlinked']],
  ]);
});

test('without an audit a sweep writes no line: a person reads what it prints', async () => {
  const api = await startOddApi([empty]);
  await sweepOver(api.url).sweep({ deadline: Date.now() + 2000 });
  await api.stop();
  expect(api.alive()).toEqual([]);
  expect(lines).toEqual([]);
});
