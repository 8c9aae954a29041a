/** The list is read to its end, over several runs if need be. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasNext, type ListPage } from '../../lib/sweep/pages.ts';
import { type NewSession, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { sweepOver } from './support.ts';

describe('whether the list goes on behind page 2', () => {
  const full = Array.from({ length: 100 }, (_, index) => ({ session_id: `s${index}` }));
  const short = full.slice(1);
  test.each<[string, ListPage, boolean]>([
    ['has_next', { data: full, pagination: { has_next: true, next_page_number: null } }, true],
    ['no has_next', { data: full, pagination: { has_next: false, next_page_number: 3 } }, false],
    ['next_page_number', { data: short, pagination: { has_next: null, next_page_number: 3 } }, true],
    ['no next_page_number', { data: full, pagination: { next_page_number: null } }, false],
    ['num_pages', { data: short, pagination: { paginator: { num_pages: 3 } } }, true],
    ['the last of num_pages', { data: full, pagination: { paginator: { num_pages: 2 } } }, false],
    ['total_count', { data: short, total_count: 201 }, true],
    ['the end of total_count', { data: full, total_count: 200 }, false],
    ['a full page', { data: full }, true],
    ['a full page and nulls', { data: full, total_count: null, pagination: { paginator: null } }, true],
    ['a page that is not full', { data: short, pagination: null }, false],
    ['nothing at all', {}, false],
  ])('by %s', (_name, page, goesOn) => {
    expect(hasNext(2, page)).toBe(goesOn);
  });
});

describe('a list that is longer than the time of one run', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await sandbox.stop();
  });

  /** 1,000 sessions of which the last of each page has no users. */
  function add(minutes: number): void {
    const created_at = Date.now() - minutes * 60_000;
    const sessions = Array.from({ length: 1000 }, (_, index): NewSession => {
      const users = index % 100 === 99 ? [] : ['192.0.2.1'];
      return { session_id: `s${index}`, deployment_request_id: 'dep', users, created_at };
    });
    sandbox.store.add(sessions);
  }

  /** Runs with the time for listing three pages or four. */
  const timed = () => sweepOver(sandbox.url, { callMs: () => 1000 });
  const once = (sweep: ReturnType<typeof timed>['sweep']) => sweep({ deadline: Date.now() + 11_000 });

  test('every session is seen after a few runs, and every stale one stopped', async () => {
    add(60);
    const { sweep } = timed();
    const reports = [];
    for (let run = 0; run < 5; run += 1) reports.push(await once(sweep));
    expect(reports[0]).toMatchObject({ complete: false });
    expect(reports[0]?.listed).toBeLessThan(500);
    expect(sandbox.store.deletedIds()).toHaveLength(10);
  });

  test('a run that did not see all forgets no age: each session is looked at once while it is young', async () => {
    add(1);
    const { sweep, calls } = timed();
    for (let run = 0; run < 7; run += 1) await once(sweep);
    const looks = calls.filter(({ operation }) => operation === 'getSession').flatMap(({ ids }) => ids);
    expect(looks).toHaveLength(10);
    expect(new Set(looks).size).toBe(10);
  });
});
