/** Whatever the variety returns is described (test/support/published-description.ts), and means the same as without it. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type NewSession, type Sandbox, startSandbox } from '../../local/sandbox/index.ts';
import { KIND } from '../../local/sandbox/variety/settings.ts';
import { DESCRIBED } from '../support/published-description.ts';
import * as api from '../support/sandbox.ts';

const CHANGES = new Set(['sessionDelete', 'putUsersSession', 'deleteUsersSession', 'deploymentStop']);
const CHANCES = Object.keys(KIND).filter((name) => name !== 'seed' && name !== 'terminatingMs');
const LIMIT = 4;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ rate: Infinity });
});
afterAll(() => sandbox.stop());

/** Every switch at any strength, extremes included. */
const variety = fc.record({
  ...Object.fromEntries(CHANCES.map((name) => [name, fc.constantFrom(0, 0.2, 0.5, 1)])),
  terminatingMs: fc.constantFrom(0, 60_000),
  seed: fc.integer(),
});

const population = fc.uniqueArray(
  fc.record({
    session_id: fc.stringMatching(/^[a-z0-9]{3,6}-s$/),
    status: fc.constantFrom('Status.READY', 'Ready', 'Status.SEEKING', 'Error', 'Status.UNPROCESSABLE'),
    kind: fc.constantFrom('DEFAULT' as const, 'SEATS' as const, 'MATCH' as const),
    users: fc.uniqueArray(fc.ipV4(), { maxLength: 3 }),
    deployment: fc.constantFrom('d1', 'd2', undefined),
    custom_id: fc.constantFrom('mine', undefined),
  }),
  { selector: ({ session_id }) => session_id, minLength: 2, maxLength: 14 },
);

/** Calls the API, and holds the answer against the description of its operation and status. */
async function described(method: string, path: string, body?: unknown) {
  const answer = await api.call(sandbox, method, path, body);
  const operation = sandbox.requests().at(-1)?.operation ?? '';
  const isEmpty = answer.body === undefined || JSON.stringify(answer.body) === '{}';
  // A change may be answered by anything with 2xx: no description holds the API to its own (models.md).
  if (CHANGES.has(operation) && answer.status < 300 && isEmpty) return answer;
  const schema = DESCRIBED[operation]?.[answer.status];
  if (schema === undefined) {
    expect([202, 404, 410], `${operation} answered ${answer.status}`).toContain(answer.status);
    return answer;
  }
  const result = schema.safeParse(answer.body);
  expect(
    result.error,
    `${operation} answered ${answer.status} ${JSON.stringify(answer.body)}`,
  ).toBeUndefined();
  return answer;
}

const page = z.object({
  data: z.nullish(
    z.array(z.looseObject({ session_id: z.string(), status: z.string(), user_count: z.int() })),
  ),
  total_count: z.int().nullish(),
  pagination: z
    .looseObject({
      has_next: z.boolean().nullish(),
      next_page_number: z.int().nullish(),
      paginator: z.object({ num_pages: z.int().nullish() }).nullish(),
    })
    .nullish(),
});

/** Goes on as models.md says: by `has_next`, `next_page_number`, `num_pages`, `total_count`, or while pages are full. */
function hasMore(number: number, { data, total_count, pagination }: z.infer<typeof page>): boolean {
  const { has_next, next_page_number, paginator } = pagination ?? {};
  if (typeof has_next === 'boolean') return has_next;
  if (next_page_number !== undefined) return next_page_number !== null;
  if (typeof paginator?.num_pages === 'number') return number < paginator.num_pages;
  if (typeof total_count === 'number') return number * LIMIT < total_count;
  return data?.length === LIMIT;
}

async function listed() {
  const rows = [];
  for (let number = 1; ; number += 1) {
    const { body } = await described('GET', `/v1/sessions?page=${number}&limit=${LIMIT}`);
    const parsed = page.parse(body);
    rows.push(...(parsed.data ?? []));
    if (!hasMore(number, parsed)) return rows;
  }
}

const word = (status: string) => status.replace(/^Status\./, '').toUpperCase();

function prepare(sessions: readonly { deployment: string | undefined; custom_id: string | undefined }[]) {
  sandbox.store.clear();
  sandbox.store.deployments.add([
    { request_id: 'idle', tags: ['x'] },
    { request_id: 'starting', ready_after_ms: 60_000 },
    { request_id: 'broken', failed: true },
  ]);
  const seeds = sessions.map(
    ({ deployment, custom_id, ...one }): NewSession => ({
      ...one,
      ...(deployment === undefined ? {} : { deployment_request_id: deployment, tags: ['x'] }),
      ...(custom_id === undefined ? {} : { custom_id }),
    }),
  );
  sandbox.store.add(seeds);
}

test('every answer is described, and reading on finds every session as it is', async () => {
  await fc.assert(
    fc.asyncProperty(population, variety, async (sessions, switches) => {
      prepare(sessions);
      sandbox.faults.set({ variety: switches });

      const rows = await listed();
      expect(rows.map(({ session_id }) => session_id)).toEqual(sessions.map(({ session_id }) => session_id));
      for (const [index, row] of rows.entries()) {
        expect(word(row.status)).toBe(word(sessions[index]?.status ?? ''));
        expect(row.user_count).toBe(sessions[index]?.users.length);
      }

      const [first, second] = sessions.map(({ session_id }) => session_id);
      const details = await described('GET', `/v1/session/${first}`);
      expect(details).toMatchObject({ status: 200, body: { session_id: first } });
      await described('GET', `/v1/session/${first}/users`);
      const takesUsers = /ready|seeking/i.test(sessions[0]?.status ?? '');
      const put = await described('PUT', `/v1/session/${first}/users`, { ip_list: ['2001:db8::1'] });
      expect(put.status < 300).toBe(takesUsers);
      expect(sandbox.store.get(first ?? '')?.users.includes('2001:db8::1')).toBe(takesUsers);
      await described('DELETE', `/v1/session/${first}/users`, { ip_list: ['2001:db8::1'] });
      expect(sandbox.store.get(first ?? '')?.users).not.toContain('2001:db8::1');

      const removed = await described('DELETE', `/v1/session/${first}`);
      expect([removed.status < 300, sandbox.store.isDeleted(first ?? '')]).toEqual([true, true]);
      const again = await described('DELETE', `/v1/session/${first}`);
      expect(again.status < 300 || again.status === 404 || again.status === 410).toBe(true);
      const filters = [{ field: 'session_id', filter_type: 'any', values: [second] }];
      const stopped = await described('POST', '/v1/sessions/bulk-stop', { filters });
      expect(stopped.body).toMatchObject({ processable: [{ session_id: second }] });
      await described('POST', '/v1/session', { app_name: 'arena', ip_list: ['10.0.0.1'] });
    }),
    { numRuns: 60 },
  );
});

test('deployments: every answer is described, and what is stopped is stopped', async () => {
  await fc.assert(
    fc.asyncProperty(population, variety, async (sessions, switches) => {
      prepare(sessions);
      sandbox.faults.set({ variety: switches });
      await described('GET', '/v1/deployments?limit=100');
      for (const id of ['idle', 'starting', 'broken']) {
        const { body } = await described('GET', `/v1/status/${id}`);
        expect(body).toMatchObject({ request_id: id });
      }
      for (const { deployment = 'idle' } of sessions) await described('GET', `/v1/status/${deployment}`);
      await described('GET', '/v1/status/nobody');

      expect((await described('DELETE', '/v1/stop/starting')).status).toBeLessThan(300);
      const filters = [{ field: 'request_id', filter_type: 'any', values: ['idle', 'broken'] }];
      const stopped = await described('POST', '/v1/deployments/bulk-stop', { filters });
      expect(stopped.body).toMatchObject({ processable: [{ request_id: 'idle' }, { request_id: 'broken' }] });
      for (const id of ['idle', 'starting', 'broken']) {
        expect(sandbox.store.deployments.isStopped(id)).toBe(true);
        await described('DELETE', `/v1/stop/${id}`);
        await described('GET', `/v1/status/${id}`);
      }
    }),
    { numRuns: 40 },
  );
});
