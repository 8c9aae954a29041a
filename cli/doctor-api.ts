/** The doctor's checks of the API: whether it answers, takes the key, has the operations, and what its answers show. */
import type { SessionsClient } from '../lib/edgegap/client.ts';
import { createdAt } from '../lib/edgegap/create-time.ts';
import { isSessionsApiError, type SessionsApiError } from '../lib/edgegap/errors.ts';
import type { SessionContext, SessionGet, Sessions } from '../lib/edgegap/models.ts';
import { type Check, fail, ok, skip, textOf, warn } from './check.ts';

const ROWS = 10;
const CLOCK_TIMEOUT_MS = 5000;
/** AWS and the hook refuse what is signed further from their own time. */
const CLOCK_LIMIT_S = 300;
const CLOCK_NOTICE_S = 30;

/** Checks key, session operations and answers: at most two questions, and no change. */
export async function checkApi(client: SessionsClient, apiUrl: string): Promise<Check[]> {
  try {
    const page = await client.listSessions({ page: 1, limit: ROWS });
    const shown = page.data?.length ?? 0;
    return [
      ok('key', 'the API takes it'),
      ok('surface', `${apiUrl} has the session operations`),
      checkList(page),
      await checkSession(client, shown === 0 ? undefined : page.data?.[0]?.session_id),
    ];
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return refused(error, apiUrl);
  }
}

function refused(error: SessionsApiError, apiUrl: string): Check[] {
  const { code, status, message } = error;
  const rest = [skip('list', 'the API did not answer the list'), skip('session', 'no session is known')];
  if (code === 'UNAUTHORIZED')
    return [fail('key', message, keyAdvice(status)), skip('surface', 'the key is needed for it'), ...rest];
  const key = skip('key', 'the API did not say');
  if (code === 'NOT_FOUND')
    return [
      key,
      fail('surface', message, `Check SESSIONS_API_URL (${apiUrl}): it has no session operations.`),
      ...rest,
    ];
  if (code === 'INVALID_ANSWER')
    return [
      ok('key', 'the API takes it'),
      fail('surface', message, 'Check SESSIONS_API_URL: this is not the API.'),
      ...rest,
    ];
  const advice =
    code === 'THROTTLED'
      ? 'Other programs use up the rate of your organisation: lower apiRate, or wait.'
      : `Check SESSIONS_API_URL (${apiUrl}) and the network. Events wait in the queue until the API is back.`;
  return [key, fail('surface', message, advice), ...rest];
}

function keyAdvice(status: number | undefined): string {
  if (status === 403) return 'The key was deleted, or may not do this: store a new one.';
  if (status === 401) return 'The key is not valid: store the right one (with or without the word token).';
  return 'Check the reference in SESSIONS_API_KEY, and that your AWS credentials may read it.';
}

/** What the list must show so that it can be read to its end, and the sweep can decide. */
function checkList({ data, total_count, pagination }: Sessions): Check {
  const pages = pagination?.has_next ?? pagination?.next_page_number ?? pagination?.paginator?.num_pages;
  const rows = data ?? [];
  const used: (keyof SessionContext)[] = ['status', 'linked', 'user_count'];
  const missing = [
    ...(pages === undefined && total_count == null ? ['pagination'] : []),
    ...used.filter((member) => rows.some((row) => row[member] == null)),
  ];
  const found = `${total_count ?? `at least ${rows.length}`} sessions`;
  if (missing.length === 0) return ok('list', `${found}, with all that is used`);
  return warn(
    'list',
    `${found}; not shown: ${missing.join(', ')}`,
    'What is not shown counts as unknown: the sweep asks for each session, or keeps it.',
  );
}

/** What one session must show so that the sweep, and late events by deployment or tag, can decide. */
async function checkSession(client: SessionsClient, id: string | undefined): Promise<Check> {
  if (id === undefined) return skip('session', 'there is none to look at');
  const session = await client.getSession(id).catch((error: unknown) => textOf(error));
  if (typeof session === 'string')
    return warn('session', session, 'Run it again: the session may have ended meanwhile.');
  const missing = missingIn(session);
  if (missing.length === 0) return ok('session', `${id} shows all that is used`);
  return warn(
    'session',
    `${id} does not show: ${missing.join(', ')}`,
    'What is not shown counts as unknown: such a session is kept, and late events about it wait.',
  );
}

function missingIn({ create_time, session_users, session_ips, linked, deployment }: SessionGet): string[] {
  const users = session_users ?? session_ips;
  return [
    ...(createdAt(create_time) === undefined ? ['create_time'] : []),
    ...(users == null ? ['session_users'] : []),
    ...(linked === true && deployment?.tags == null ? ['deployment.tags'] : []),
  ];
}

/** Compares this machine's clock with the `Date` of an answer, which needs no key. */
export async function checkClock(apiUrl: string): Promise<Check> {
  const askedAt = Date.now();
  const answer = await fetch(apiUrl, { method: 'HEAD', signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS) }).catch(
    () => undefined,
  );
  const theirs = Date.parse(answer?.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return skip('clock', 'the API did not answer with a time');
  // `Date` holds whole seconds, cut off.
  const middle = (askedAt + Date.now()) / 2 - 500;
  const seconds = Math.round((middle - theirs) / 1000);
  const found = `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the API's`;
  const advice =
    'Set the clock of this machine (NTP): AWS and the hook refuse requests of more than 5 minutes.';
  if (Math.abs(seconds) > CLOCK_LIMIT_S) return fail('clock', found, advice);
  return Math.abs(seconds) > CLOCK_NOTICE_S ? warn('clock', found, advice) : ok('clock', found);
}
