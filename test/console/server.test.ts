/** The console's server: who may use it, what it sends, and what it changes. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { CHANCES } from '../../console/page/views/fault-switches.ts';
import { ERROR_CODES } from '../../lib/runtime/codes.ts';
import { parseJson } from '../../lib/runtime/json.ts';
import { auditLine, batchLine, startTestConsole } from '../support/console.ts';

const CHANGES = [
  ['DELETE', '/api/sessions/a', { confirm: 'a' }],
  ['DELETE', '/api/deployments/d', { confirm: 'd' }],
  ['POST', '/api/dead-letters/redrive', { ids: ['a'], confirm: 1 }],
  ['POST', '/api/dead-letters/drop', { ids: ['a'], confirm: 1 }],
  ['POST', '/api/events', { event: {} }],
  ['PUT', '/api/faults', {}],
  ['DELETE', '/api/faults', {}],
  ['POST', '/api/storm', { matches: 1 }],
  ['POST', '/api/reset', { confirm: 'reset' }],
] as const;
const QUESTIONS = [
  '/api/stream',
  '/api/batches/a',
  '/api/sessions',
  '/api/sessions/a',
  '/api/deployments',
  '/api/deployments/d',
  '/api/dead-letters',
  '/api/sweep',
  '/api/failures',
  '/api/event-types',
  '/api/faults',
];

describe('who may use it', () => {
  test('the page needs no token, may run nothing but itself, and loads nothing from elsewhere', async (context) => {
    const { ask } = await startTestConsole(context);
    const { status, headers, text } = await ask('GET', '/', { headers: {} });
    expect(status).toBe(200);
    expect(text).not.toMatch(/https?:|<script>|style=/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(policy).toContain("frame-ancestors 'none'");
  });

  test('without the token every question and every change is a 401', async (context) => {
    const { ask, own, sandbox } = await startTestConsole(context);
    sandbox.store.add([{ session_id: 'a' }]);
    const other = `Bearer ${'A'.repeat(32)}`;
    const tokens = [
      {},
      { authorization: 'Bearer x' },
      { authorization: other },
      { authorization: `${own.authorization}x` },
    ];
    const cookie = { cookie: `console-token=${own.authorization.slice(7)}` };
    for (const headers of [...tokens, cookie]) {
      for (const path of QUESTIONS) expect((await ask('GET', path, { headers })).status, path).toBe(401);
      for (const [method, path, body] of CHANGES) {
        const json = { ...headers, 'content-type': 'application/json' };
        expect((await ask(method, path, { headers: json, body })).status, path).toBe(401);
      }
    }
    expect(sandbox.store.get('a')).toBeDefined();
  });

  test('another Host (DNS rebinding) or Origin is a 403, with the right token too', async (context) => {
    const { ask, own, origin } = await startTestConsole(context);
    const { port } = new URL(origin);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1:1',
      `127.0.0.1.evil.example:${port}`,
    ])
      for (const path of ['/', '/page.js', '/api/failures'])
        expect((await ask('GET', path, { headers: { ...own, host } })).status).toBe(403);
    for (const foreign of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost:3000'])
      expect((await ask('GET', '/api/failures', { headers: { ...own, origin: foreign } })).status).toBe(403);
    expect((await ask('GET', '/api/failures', { headers: { ...own, origin } })).status).toBe(200);
  });

  test('a read-only console answers questions and refuses every change', async (context) => {
    const { ask, sandbox } = await startTestConsole(context, { readOnly: true });
    sandbox.store.add([{ session_id: 'a' }]);
    for (const [method, path, body] of CHANGES)
      expect(await ask(method, path, { body }), path).toMatchObject({
        status: 403,
        body: { message: 'This console is read-only.' },
      });
    expect(sandbox.store.get('a')).toBeDefined();
    expect((await ask('GET', '/api/sessions/a')).status).toBe(200);
  });

  test('a change needs JSON, and a confirmation that names what it changes', async (context) => {
    const { ask, own, sandbox } = await startTestConsole(context);
    sandbox.store.add([{ session_id: 'a' }, { session_id: 'b' }]);
    const form = { ...own, 'content-type': 'text/plain' };
    const body = { confirm: 'a' };
    expect((await ask('DELETE', '/api/sessions/a', { headers: form, body })).status).toBe(415);
    for (const wrong of [{}, { confirm: 'b' }, { confirm: true }])
      expect((await ask('DELETE', '/api/sessions/a', { body: wrong })).status).toBe(400);
    expect((await ask('POST', '/api/dead-letters/drop', { body: { ids: ['a'], confirm: 2 } })).status).toBe(
      400,
    );
    expect((await ask('POST', '/api/reset', { body: {} })).status).toBe(400);
    expect(sandbox.store.get('a')).toBeDefined();
    expect((await ask('DELETE', '/api/sessions/a', { body })).status).toBe(200);
    expect(sandbox.store.get('a')).toBeUndefined();
    expect(sandbox.store.get('b')).toBeDefined();
  });

  test('no key reaches the page, though the API repeats it', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.add([{ session_id: 'a', deployment_request_id: 'd', tags: ['sandbox-key'] }]);
    expect((await ask('GET', '/api/sessions/a')).body).toMatchObject({ session: { tags: ['***'] } });
    sandbox.faults.set({ badRequest: 1, echoHeaders: 1 });
    const { status, text } = await ask('DELETE', '/api/sessions/a', { body: { confirm: 'a' } });
    expect(status).toBe(502);
    expect(text).toContain('***');
    expect(text).not.toContain('sandbox-key');
    expect((await ask('GET', '/api/sessions')).text).not.toContain('sandbox-key');
  });
});

describe('what it changes leaves a trace', () => {
  /** The audit lines that this process prints from now on. */
  function watchAudit({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): unknown[] {
    const lines: unknown[] = [];
    const watch = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      const line = parseJson(String(text));
      if (String(text).includes('"audit"')) lines.push(line);
      return true;
    });
    onTestFinished(() => watch.mockRestore());
    return lines;
  }

  test('a session: an audit line, and who deleted it', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.add([{ session_id: 'a' }]);
    const lines = watchAudit(context);
    expect((await ask('DELETE', '/api/sessions/a', { body: { confirm: 'a' } })).status).toBe(200);
    expect(lines).toMatchObject([
      { operation: 'sessionDelete', targets: ['a'], by: ['console'], outcome: 'done', call: 1, status: 200 },
    ]);
    expect((await ask('GET', '/api/sessions/a')).body).toMatchObject({
      session: null,
      deleted: { by: 'console', event: 'by hand' },
    });
  });

  test('a deployment: an audit line, and who stopped it', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.deployments.add([{ request_id: 'd', session_based: true }]);
    const lines = watchAudit(context);
    expect((await ask('DELETE', '/api/deployments/d', { body: { confirm: 'd' } })).status).toBe(200);
    expect(lines).toMatchObject([
      { operation: 'deploymentStop', targets: ['d'], by: ['console'], outcome: 'done' },
    ]);
    expect((await ask('GET', '/api/deployments/d')).body).toMatchObject({
      stopped: { by: 'console', event: 'by hand' },
    });
  });

  test('one that fails leaves its line with the code, and is not remembered', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.add([{ session_id: 'a' }]);
    sandbox.faults.set({ badRequest: 1 });
    const lines = watchAudit(context);
    expect((await ask('DELETE', '/api/sessions/a', { body: { confirm: 'a' } })).status).toBe(502);
    expect(lines).toMatchObject([{ targets: ['a'], by: ['console'], outcome: 'open', code: 'REFUSED' }]);
    expect((await ask('GET', '/api/sessions/a')).body).toMatchObject({ deleted: null });
  });
});

describe('what it shows', () => {
  test('audit lines belong to the batch of their invocation, however they come', async (context) => {
    const { ask, feed } = await startTestConsole(context);
    feed.push(auditLine('one', { operation: 'sessionDelete', targets: ['a'], events: ['e1'], call: 1 }));
    feed.push(auditLine('two', { operation: 'none', outcome: 'absorbed', targets: ['b'] }));
    feed.push(batchLine('two', { absorbed: 1 }));
    feed.push(batchLine('one', { done: 1 }));
    feed.push(auditLine('one', { operation: 'putUsersSession', sessionId: 'b', targets: ['192.0.2.1'] }));
    feed.push('not JSON');
    feed.push('{"message":"batch"}');
    expect((await ask('GET', '/api/batches/one')).body).toMatchObject([
      { operation: 'sessionDelete', targets: ['a'], events: ['e1'], call: 1 },
      { operation: 'putUsersSession', sessionId: 'b' },
    ]);
    expect((await ask('GET', '/api/batches/two')).body).toMatchObject([
      { operation: 'none', outcome: 'absorbed' },
    ]);
    expect((await ask('GET', '/api/sessions/b')).body).toMatchObject({
      session: null,
      history: [{ operation: 'none' }, { operation: 'putUsersSession' }],
    });
  });

  test('a session that is gone has its history: who deleted it, and by which event', async (context) => {
    const deleted = { gone: { deletedAtMs: 1000, by: 'match.ended', event: 'e1' } };
    const { ask } = await startTestConsole(context, { deleted });
    expect((await ask('GET', '/api/sessions/gone')).body).toMatchObject({
      session: null,
      deleted: { at: 1000, by: 'match.ended', event: 'e1' },
      problems: [],
    });
  });

  test('a deployment is shown with its tags, and stopped by its id', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.deployments.add([
      { request_id: 'd', tags: ['eu'], app_name: 'arena', session_based: true },
    ]);
    const rows = async () => JSON.parse((await ask('GET', '/api/deployments')).text).rows;
    expect(await rows()).toMatchObject([{ id: 'd', tags: ['eu'] }]);
    expect((await ask('GET', '/api/deployments/d')).body).toMatchObject({
      deployment: { app: expect.stringContaining('arena'), tags: ['eu'] },
      stopped: null,
      problems: [],
    });
    expect((await ask('DELETE', '/api/deployments/d', { body: { confirm: 'e' } })).status).toBe(400);
    expect(await rows()).toHaveLength(1);
    expect((await ask('DELETE', '/api/deployments/d', { body: { confirm: 'd' } })).status).toBe(200);
    expect(await rows()).toEqual([]);
    expect((await ask('GET', '/api/deployments/d')).body).toMatchObject({ deployment: null, problems: [] });
  });

  test('a list that ends in an error has what was read before, and why', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    sandbox.store.add(Array.from({ length: 150 }, (_, index) => ({ session_id: `s${index}` })));
    const parts = async () =>
      (await ask('GET', '/api/sessions')).text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect((await parts()).flatMap(({ rows }) => rows)).toHaveLength(150);
    sandbox.faults.set({ routesMissing: 1 });
    expect(await parts()).toMatchObject([{ rows: [], problem: expect.stringContaining('404') }]);
  });

  test('the sweep shows what would be stopped, and stops nothing', async (context) => {
    const { ask, sandbox } = await startTestConsole(context);
    const created_at = Date.now() - 3_600_000;
    sandbox.store.add([
      { session_id: 'empty', deployment_request_id: 'd', created_at },
      { session_id: 'used', deployment_request_id: 'd', users: ['192.0.2.1'], created_at },
    ]);
    expect((await ask('GET', '/api/sweep')).body).toMatchObject({
      mode: 'stop',
      listed: 2,
      undecided: 0,
      maxStops: 500,
      candidates: [{ id: 'empty', rule: 'empty', stop: true }],
    });
    expect(sandbox.store.get('empty')).toBeDefined();
  });

  test('every error code has its entry, with what to do', async (context) => {
    const { ask } = await startTestConsole(context);
    const { body } = await ask('GET', '/api/failures');
    const questions = [{ question: 'What happened' }, { question: 'The event' }, { question: 'What to do' }];
    expect(body).toHaveLength(ERROR_CODES.length);
    for (const code of ERROR_CODES)
      expect(body).toContainEqual(
        expect.objectContaining({ code, answers: questions.map((one) => expect.objectContaining(one)) }),
      );
  });

  test('every fault that is a probability has a switch', async (context) => {
    const { sandbox } = await startTestConsole(context);
    const others = ['latencyMs', 'retryAfterSeconds', 'serverErrorStatus', 'redirectStatus', 'rejectStatus'];
    const chances = Object.entries(sandbox.faults.get())
      .filter(([name, value]) => value === 0 && !others.includes(name) && name !== 'hiddenMs')
      .map(([name]) => name);
    expect(chances.length).toBeGreaterThan(15);
    expect(CHANCES.map(({ name }) => name).toSorted()).toEqual(chances.toSorted());
  });
});

describe('dead letters', () => {
  /** Puts a dead letter into the queue. */
  function die(
    { sqs }: Awaited<ReturnType<typeof startTestConsole>>,
    code: string,
    session_id: string,
  ): string {
    const body = JSON.stringify({ type: 'match.ended', data: { session_id }, time: '2026-01-31T20:15:00Z' });
    const ERROR_CODE = { DataType: 'String', StringValue: code };
    return sqs.sqs.sendMessage('dead-letters', body, { messageAttributes: { ERROR_CODE } }).messageId;
  }

  const bodies = ({ sqs }: Awaited<ReturnType<typeof startTestConsole>>, queue: string) =>
    sqs.sqs.inspectQueue(queue)?.messages.ready.map(({ body }) => JSON.parse(body).data.session_id);

  test('those that are chosen are redriven or dropped; the others stay, and can be seen', async (context: TestContext) => {
    const own = await startTestConsole(context);
    const [a, b] = [die(own, 'REFUSED', 'a'), die(own, 'REFUSED', 'b'), die(own, 'INVALID_EVENT', 'c')];
    const { body: list } = await own.ask('GET', '/api/dead-letters');
    expect(list).toMatchObject({
      letters: expect.arrayContaining([expect.objectContaining({ id: a, code: 'REFUSED' })]),
    });
    expect(bodies(own, 'dead-letters')).toHaveLength(3);
    const act = async (action: string, ids: string[]) =>
      (await own.ask('POST', `/api/dead-letters/${action}`, { body: { ids, confirm: ids.length } })).body;
    expect(await act('redrive', [a])).toEqual({ moved: 1, left: 0, reason: null });
    expect(await act('drop', [b, 'unknown'])).toMatchObject({ moved: 1, left: 1 });
    expect(bodies(own, 'events')).toEqual(['a']);
    expect(bodies(own, 'dead-letters')).toEqual(['c']);
  });
});

test('the page is at most 150 KB, compressed', () => {
  const files = ['index.html', 'page.js', 'page.css', 'icon.svg'];
  const sizes = files.map(
    (file) => gzipSync(readFileSync(new URL(`../../dist/console/${file}`, import.meta.url))).length,
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150 * 1024);
});
