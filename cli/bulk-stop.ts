/** How many sessions a bulk stop would stop: known before a person is asked. */
import { isSessionsApiError } from '../lib/edgegap/errors.ts';
import type { SessionBulkStopPayload, SessionContext } from '../lib/edgegap/models.ts';
import type { Api } from './api.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';

/** What a bulk stop selects by. */
export type Filter = SessionBulkStopPayload['filters'][number];

/** With more deployments than this, to ask for the tags of each would take too long: 20 seconds. */
const MOST_DEPLOYMENTS = 200;

/** Lists all sessions, with a bar. */
export async function listAll({ client }: Api, terminal: Terminal): Promise<SessionContext[]> {
  const sessions: SessionContext[] = [];
  const show = (): void => terminal.progress({ verb: 'listing', noun: 'sessions', done: sessions.length });
  show();
  for await (const session of client.allSessions()) {
    sessions.push(session);
    show();
  }
  return sessions;
}

/** Asks whether to stop what matches the filter. Says how many sessions that is. */
export async function bulkStopQuestion(api: Api, terminal: Terminal, filter: Filter): Promise<string> {
  const { field, filter_type, values } = filter;
  const all = await listAll(api, terminal);
  const howMany =
    field === 'deployment_tags' ? await countByTags(all, api, terminal, filter) : countById(all, filter);
  return `Stop ${howMany} with ${field} ${filter_type} of ${values.join(', ')} at ${api.config.apiUrl}?`;
}

function countById(all: readonly SessionContext[], { field, values }: Filter): string {
  const idOf = ({ session_id, deployment_request_id }: SessionContext): string =>
    (field === 'session_id' ? session_id : deployment_request_id) ?? '';
  return counted(all.filter((session) => values.includes(idOf(session))).length, 'session');
}

/** The list carries no tags. They belong to the deployment: one session of each shows them. */
async function countByTags(
  all: readonly SessionContext[],
  { client }: Api,
  terminal: Terminal,
  { filter_type, values }: Filter,
): Promise<string> {
  const deployments = [
    ...Map.groupBy(
      all,
      ({ session_id, deployment_request_id }) => deployment_request_id ?? session_id,
    ).values(),
  ];
  if (deployments.length > MOST_DEPLOYMENTS)
    return `all of ${counted(all.length, 'session')} on ${counted(deployments.length, 'deployment')}, however many they are,`;
  let [matching, unknown] = [0, 0];
  for (const [index, sessions] of deployments.entries()) {
    terminal.progress({ verb: 'looking at', noun: 'deployments', done: index, total: deployments.length });
    const tags = await tagsOf(client, sessions);
    if (tags === undefined) unknown += sessions.length;
    else if (isMatch(new Set(values), new Set(tags), filter_type)) matching += sessions.length;
  }
  const perhaps = unknown === 0 ? '' : ` (and perhaps ${unknown} whose tags are not shown)`;
  return `${counted(matching, 'session')}${perhaps}`;
}

async function tagsOf(
  client: Api['client'],
  [first]: readonly SessionContext[],
): Promise<readonly string[] | undefined> {
  if (first === undefined || first.linked === false) return [];
  try {
    return (await client.getSession(first.session_id)).deployment?.tags ?? undefined;
  } catch (error) {
    if (isSessionsApiError(error) && (error.code === 'NOT_FOUND' || error.code === 'GONE')) return undefined;
    throw error;
  }
}

function isMatch(
  wanted: ReadonlySet<string>,
  tags: ReadonlySet<string>,
  type: Filter['filter_type'],
): boolean {
  return type === 'all' ? wanted.isSubsetOf(tags) : !wanted.isDisjointFrom(tags);
}
