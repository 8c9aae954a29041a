/**
 * Lists read to their end. Every member of a page that says where the end is may be absent (the API's
 * description).
 */
import { describe, expect, test } from 'vitest';
import type { Page } from '../../lib/edgegap/listing.ts';
import { allRows, wholeList } from '../../lib/edgegap/listing.ts';
import { startSandbox } from '../../local/sandbox/index.ts';
import { atEnd, scripted } from './scripted.ts';

interface Row {
  id: string;
}
type Signs = Omit<Page<Row>, 'data' | 'unreadable'>;

/** An API with `count` rows that cuts pages of `size` and says what `signs` says. */
function api(count: number, signs: (page: number, pages: number) => Signs, size = 100) {
  const asked: number[] = [];
  const fetchPage = async (page: number): Promise<Page<Row>> => {
    asked.push(page);
    const ids = Array.from({ length: count }, (_, index) => `s${index}`).slice(
      (page - 1) * size,
      page * size,
    );
    return { data: ids.map((id) => ({ id })), unreadable: 0, ...signs(page, Math.ceil(count / size)) };
  };
  return { asked, listing: { fetchPage, idOf: ({ id }: Row) => id } };
}

/** An API that answers these pages, and then the last one for ever. */
function pages(...script: Partial<Page<Row>>[]) {
  const asked: number[] = [];
  const fetchPage = async (page: number): Promise<Page<Row>> => {
    asked.push(page);
    return { unreadable: 0, ...script[Math.min(asked.length, script.length) - 1] };
  };
  return { asked, listing: { fetchPage, idOf: ({ id }: Row) => id } };
}

const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const full = (from: number) => Array.from({ length: 100 }, (_, index) => ({ id: `s${from + index}` }));

describe('a list goes on by whatever sign there is', () => {
  const signs: [string, (page: number, pages: number) => Signs][] = [
    ['has_next', (page, of) => ({ pagination: { has_next: page < of } })],
    [
      'next_page_number, absent on the last page',
      (page, of) => ({ pagination: page < of ? { next_page_number: page + 1 } : {} }),
    ],
    ['num_pages', (_, of) => ({ pagination: { paginator: { num_pages: of } } })],
    ['total_count', () => ({ total_count: 250 })],
    [
      'total_count, with a pagination that is empty',
      () => ({ pagination: { paginator: {} }, total_count: 250 }),
    ],
    ['nothing but pages that bring something new', () => ({})],
  ];
  test.each(signs)('%s', async (_, sign) => {
    const { listing, asked } = api(250, sign);
    const all = await Array.fromAsync(allRows(listing));
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (__, index) => `s${index}`));
    expect(asked.slice(0, 3)).toEqual([1, 2, 3]);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('pages are as long as the API makes them', async () => {
    for (const sign of [() => ({}), () => ({ total_count: 45 })]) {
      const { listing } = api(45, sign, 10);
      expect(await Array.fromAsync(allRows(listing))).toHaveLength(45);
    }
  });

  test('a page that brings nothing is passed over while the API says that there is more', async () => {
    const more = { pagination: { has_next: true } };
    const { listing } = pages(
      { data: rows('a'), ...more },
      { data: [], ...more },
      { ...more },
      { data: rows('b'), pagination: { has_next: false } },
    );
    expect(await Array.fromAsync(allRows(listing))).toEqual(rows('a', 'b'));
  });

  test('the page that the API names is asked for next', async () => {
    const { listing, asked } = pages(
      { data: rows('a'), pagination: { next_page_number: 4 } },
      { data: rows('b'), pagination: { has_next: false } },
    );
    await Array.fromAsync(allRows(listing));
    expect(asked).toEqual([1, 4]);
  });
});

describe('a list that never ends ends', () => {
  test('the same page for ever', async () => {
    // The example of the API's description: it is page 6 of 5, and the next one is 1.
    const pagination = { number: 6, has_next: true, next_page_number: 1, paginator: { num_pages: 5 } };
    const { listing, asked } = pages({ data: rows('a', 'b', 'a'), total_count: 0, pagination });
    expect(await Array.fromAsync(allRows(listing))).toEqual(rows('a', 'b'));
    expect(asked.length).toBeLessThan(10);
  });

  test('a new page for ever', async () => {
    let asked = 0;
    const fetchPage = async (page: number): Promise<Page<Row>> => {
      asked += 1;
      return { data: rows(`s${page}`), unreadable: 0, pagination: { has_next: true } };
    };
    await Array.fromAsync(allRows({ fetchPage, idOf: ({ id }) => id }));
    expect(asked).toBe(2000);
  });
});

describe('a list is steady, so that an id that is not in it is absent', () => {
  const steady: [string, Partial<Page<Row>>[]][] = [
    ['when it fits on one page that says so', [{ data: rows('a'), pagination: { has_next: false } }]],
    ['when it is empty', [{ data: [] }]],
    ['when it fits on one page, and the next one is empty', [{ data: rows('a', 'b') }, { data: [] }]],
    ['when an API without pages repeats itself', [{ data: rows('a', 'b') }]],
    ['when a full page says that it is the last', [{ data: full(0), pagination: { has_next: false } }]],
    [
      'when every page reports the number of rows that were found',
      [
        { data: full(0), total_count: 101 },
        { data: rows('a'), total_count: 101 },
      ],
    ],
  ];
  test.each(steady)('%s', async (_, script) => {
    expect(await wholeList(pages(...script).listing)).toMatchObject({ steady: true });
  });

  const unsteady: [string, Partial<Page<Row>>[]][] = [
    ['without data, which may mean anything', [{}]],
    [
      'with a row that could not be read',
      [{ data: rows('a'), unreadable: 1, pagination: { has_next: false } }],
    ],
    ['with an id that came twice', [{ data: rows('a', 'a'), pagination: { has_next: false } }]],
    [
      'with fewer rows than the API counts',
      [{ data: rows('a'), total_count: 2, pagination: { has_next: false } }],
    ],
    ['when a full page repeats itself, and nothing says that it is the last', [{ data: full(0) }]],
    ['on several pages without a count', [{ data: full(0) }, { data: rows('a') }, { data: [] }]],
    [
      'when a session moved up to a page that was read already: the count fell',
      [
        { data: full(0), total_count: 102 },
        { data: rows('b'), total_count: 101, pagination: { has_next: false } },
      ],
    ],
    [
      'when one was removed and one was created meanwhile: the count is the same',
      [
        { data: full(0), total_count: 103 },
        { data: rows('c', 'd'), total_count: 103, pagination: { has_next: false } },
      ],
    ],
    [
      'when a session came twice, in place of one that is missing',
      [
        { data: full(0), total_count: 102 },
        { data: rows('s99', 'a', 'b'), total_count: 102, pagination: { has_next: false } },
      ],
    ],
  ];
  test.each(unsteady)('not %s', async (_, script) => {
    expect(await wholeList(pages(...script).listing)).toMatchObject({ steady: false });
  });

  test('it has every row by its id', async () => {
    const { rows: found } = await wholeList(api(250, () => ({ total_count: 250 })).listing);
    expect(found.size).toBe(250);
    expect(found.get('s249')).toEqual({ id: 's249' });
  });
});

describe('the sessions of an API', () => {
  async function sandboxWith(count: number) {
    const sandbox = await startSandbox({ rate: Number.POSITIVE_INFINITY, kind: true });
    atEnd(sandbox.stop);
    const ids = Array.from({ length: count }, (_, index) => `s${index}`);
    await fetch(`${sandbox.url}/_sandbox/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ids.map((session_id) => ({ session_id }))),
    });
    const { client } = await scripted([], { baseUrl: sandbox.url, apiKey: () => 'sandbox-key' });
    return { client, ids, requests: sandbox.requests };
  }

  test('allSessions yields those of all pages', async () => {
    const { client, ids, requests } = await sandboxWith(250);
    const listed = await Array.fromAsync(client.allSessions(), ({ session_id }) => session_id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    expect(requests()).toHaveLength(3);
  });

  test('rollCall returns those of all pages, and whether they are all', async () => {
    const { client, ids } = await sandboxWith(250);
    const { sessions, steady } = await client.rollCall();
    expect([...sessions.keys()].toSorted()).toEqual(ids.toSorted());
    expect(sessions.get('s7')?.session_id).toBe('s7');
    expect(steady).toBe(true);
  });

  test('a row of the list that cannot be read keeps the roll call from proving anything', async () => {
    const { client } = await scripted([{ status: 200, body: { data: [{ session_id: 'a' }, { id: 'b' }] } }]);
    expect(await client.rollCall()).toMatchObject({
      steady: false,
      sessions: new Map([['a', { session_id: 'a' }]]),
    });
  });
});
