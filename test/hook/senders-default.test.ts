/**
 * Every documented sender in its default form, against the built hook: what it sends, how it repeats what failed, and what it
 * says when it gives up. A sender whose toolchain is not installed is skipped on a developer's machine, and fails in CI.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OTHER_SECRET, SECRET, startHook } from '../support/hook.ts';
import { listenLocally } from '../support/http.ts';
import { type Sender, senders } from '../support/senders.ts';

let hook: Awaited<ReturnType<typeof startHook>>;
let scratch: string;
const rehearsals = new Map<string, ReturnType<typeof rehearse>>();
// All senders at once: most of their time is pauses.
beforeAll(async () => {
  hook = await startHook();
  scratch = await mkdtemp(join(tmpdir(), 'senders-'));
  for (const sender of senders.filter(({ isInstalled }) => isInstalled))
    rehearsals.set(sender.name, rehearse(sender));
});
afterAll(async () => {
  await Promise.all(rehearsals.values());
  await hook.stop();
  await rm(scratch, { recursive: true });
});

/** A request that a sender made. */
interface Seen {
  id: string | undefined;
  body: string;
  atMs: number;
}

/** What happens to a request: the connection is dropped, it is answered with a status, or the hook answers it. */
type Fate = 'drop' | 'hook' | { status: number; retryAfter: number };

/** Puts the hook behind an address at which the first requests have other fates. */
async function startFront(fates: readonly Fate[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const fate = fates[Math.min(seen.length, fates.length - 1)] ?? 'hook';
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, `${value}`]),
    );
    seen.push({ id: headers['webhook-id'], body, atMs: Date.now() });
    if (fate === 'drop') {
      request.socket.destroy();
    } else if (fate === 'hook') {
      const answer = await hook.send({ headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.text);
    } else {
      response.writeHead(fate.status, { 'retry-after': String(fate.retryAfter) }).end('{"title":"no"}');
    }
  });
  const { url, stop } = await listenLocally(server);
  return { url: `${url}/hooks`, seen, stop };
}

const variables = { HOOK_SIGNING_SECRET: SECRET, ARBITRIUM_REQUEST_ID: 'f68e01cbc63b' };

/** Runs a program. @returns the exit code, and what it printed */
async function run([program, ...args]: [string, ...string[]], env: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env;
  const TMPDIR = await mkdtemp(join(scratch, 'run-'));
  return await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(program, args, { env: { PATH, HOME, TMPDIR, ...env } }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

/** Runs the default form of a sender in every situation that the tests are about. */
async function rehearse({ build }: Sender) {
  const command = await build(await mkdtemp(join(scratch, 'build-')));
  const startedAtMs = Date.now();
  const [flaky, strict] = await Promise.all([
    startFront(['drop', { status: 503, retryAfter: 3 }, 'hook']),
    startFront(['hook']),
  ]);
  const { url: nowhere, stop: close } = await startFront([]);
  await close();
  const [ended, refused, unanswered, unset] = await Promise.all([
    run(command, { ...variables, HOOK_URL: flaky.url }),
    run(command, { ...variables, HOOK_URL: strict.url, HOOK_SIGNING_SECRET: OTHER_SECRET }),
    run(command, { ...variables, HOOK_URL: nowhere }),
    run(command, { HOOK_URL: nowhere }),
  ]);
  await Promise.all([flaky.stop(), strict.stop()]);
  return {
    startedAtMs,
    ended,
    requests: flaky.seen,
    refused,
    refusals: strict.seen.length,
    nowhere,
    unanswered,
    unset,
  };
}

describe.for(senders)('$name', ({ name, isInstalled }) => {
  const testIf = test.skipIf(!isInstalled && !process.env.CI);
  const rehearsal = async () => {
    const made = await rehearsals.get(name);
    if (made === undefined) throw new Error(`The toolchain of the sender for ${name} is not installed.`);
    return made;
  };

  testIf(
    'ends the match, although a connection is dropped and the hook is not available before',
    async () => {
      const { ended, requests, startedAtMs } = await rehearsal();
      expect(ended).toMatchObject({ code: 0, err: '' });
      // On a slow machine there may be one more: a sender waits ten seconds for an answer.
      expect(requests.length).toBeGreaterThanOrEqual(3);
      const [first, second, third] = requests;
      expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
      // The same body, so that its time is when the match ended and not when the request was sent.
      expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
      const event = JSON.parse(first?.body ?? '');
      expect(event).toEqual({
        type: 'match.ended',
        time: expect.any(String),
        data: { deployment_request_id: 'f68e01cbc63b' },
      });
      // The shell knows whole seconds.
      expect(Date.parse(event.time)).toBeGreaterThan(startedAtMs - 1000);
      expect(Date.parse(event.time)).toBeLessThanOrEqual(first?.atMs ?? 0);
      // Retry-After asked for more than the sender's own pause, which is two seconds at most.
      expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThan(2900);
      expect(hook.queued()).toContainEqual(event);
    },
  );

  testIf('says in one line which variables are missing', async () => {
    const { unset } = await rehearsal();
    const err = 'session-hooks: set HOOK_SIGNING_SECRET, ARBITRIUM_REQUEST_ID\n';
    expect(unset).toEqual({ code: 1, out: '', err });
  });

  testIf('says in one line that nobody answers', async () => {
    const { unanswered, nowhere } = await rehearsal();
    expect(unanswered).toMatchObject({ code: 1, out: '' });
    expect(unanswered.err.split('\n')).toEqual([
      expect.stringContaining(`session-hooks: ${nowhere} does not answer`),
      '',
    ]);
  });

  testIf('says in one line what the hook refuses, and does not send it again', async () => {
    const { refused, refusals } = await rehearsal();
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/^session-hooks: the hook answered 401: \{.*SIGNATURE_INVALID.*\}\n$/);
    // Repeated, they would be five.
    expect(refusals).toBeLessThan(5);
  });
});
