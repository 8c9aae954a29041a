/** `npm run sessions`: the Sessions API by hand. */
import type { SessionBulkStopPayload, SessionGet } from '../lib/edgegap/models.ts';
import { createdAt } from '../lib/sweep/policy.ts';
import { ageText } from './age.ts';
import { type Api, connectApi } from './api.ts';
import { confirm } from './ask.ts';
import { UsageError } from './errors.ts';
import { readOptions, runProgram } from './program.ts';
import { progressBar } from './progress.ts';
import { table } from './table.ts';

const HELP = `The Sessions API: of the local stage (npm start), or with SESSIONS_API_KEY the real one.

  npm run sessions -- list
  npm run sessions -- get ID
  npm run sessions -- users ID
  npm run sessions -- create --app NAME --ip ADDRESS [--version NAME] [--deployment-request-id ID]
  npm run sessions -- add-users ID --ip ADDRESS [--ip ADDRESS …]
  npm run sessions -- remove-users ID --ip ADDRESS [--ip ADDRESS …]
  npm run sessions -- delete ID
  npm run sessions -- bulk-stop --session-id ID … | --deployment-request-id ID … | --tag NAME … [--match all]

  --yes      does not ask before something is removed
  --json     what the API answered
  --help`;

const OPTIONS = {
  ip: { type: 'string', multiple: true },
  app: { type: 'string' },
  version: { type: 'string' },
  'session-id': { type: 'string', multiple: true },
  'deployment-request-id': { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  match: { type: 'string' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The options that bulk-stop takes, and the fields that they filter by. */
const FIELDS = [
  ['session-id', 'session_id'],
  ['deployment-request-id', 'request_id'],
  ['tag', 'deployment_tags'],
] as const;

type Values = ReturnType<typeof readArguments>['values'];

/** What an operation came to: the API's answer, and how a person reads it. */
interface Shown {
  answer: object;
  text: string;
}

type Command = (api: Api, values: Values, id: string) => Promise<Shown | undefined>;

const COMMANDS: Readonly<Record<string, Command>> = {
  list: (api) => list(api),
  get: async ({ client }, _, id) => {
    const answer = await client.getSession(id);
    return { answer, text: detailsText(answer) };
  },
  users: async ({ client }, _, id) => usersShown(await client.getUsersSession(id)),
  create,
  'add-users': async ({ client }, values, id) =>
    usersShown(await client.putUsersSession(id, { ip_list: addresses(values) })),
  'remove-users': async ({ client, config }, values, id) => {
    const ip_list = addresses(values);
    const question = `Remove ${ip_list.join(', ')} from session ${id} at ${config.apiUrl}?`;
    if (!(await confirm(question, values.yes))) return undefined;
    return usersShown(await client.deleteUsersSession(id, { ip_list }));
  },
  delete: async ({ client, config }, values, id) => {
    if (!(await confirm(`Delete session ${id} at ${config.apiUrl}?`, values.yes))) return undefined;
    const answer = await client.sessionDelete(id);
    return { answer, text: answer.message ?? `Session ${id} is deleted.` };
  },
  'bulk-stop': bulkStop,
};
/** The commands that are about one session. */
const NEED_ID = new Set(['get', 'users', 'add-users', 'remove-users', 'delete']);

await runProgram(main);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [name = '', id = ''] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new UsageError(name === '' ? 'Say what to do.' : `"${name}" is no command.`);
  if (positionals.length > (NEED_ID.has(name) ? 2 : 1)) throw new UsageError('That is one word too many.');
  if (NEED_ID.has(name) && id === '') throw new UsageError(`${name} needs to know of which session.`);
  const shown = await command(connectApi(), values, id);
  if (shown === undefined) console.log('Nothing was done.');
  else console.log(values.json ? JSON.stringify(shown.answer, null, 2) : shown.text);
}

function readArguments(args: string[]) {
  return readOptions({ args, options: OPTIONS, allowPositionals: true });
}

async function list({ client, config }: Api): Promise<Shown> {
  const sessions = [];
  const bar = progressBar('listing', 'sessions');
  for await (const session of client.allSessions()) {
    sessions.push(session);
    bar.update(sessions.length);
  }
  bar.stop();
  const rows = sessions.map(({ session_id, status, deployment_request_id, user_count, linked, kind }) => [
    session_id,
    status ?? '?',
    deployment_request_id ?? '-',
    String(user_count ?? '?'),
    yesOrNo(linked),
    kind ?? '?',
  ]);
  const count = `${sessions.length} sessions at ${config.apiUrl}.`;
  const heading = ['SESSION', 'STATUS', 'DEPLOYMENT', 'USERS', 'LINKED', 'KIND'];
  return { answer: sessions, text: rows.length === 0 ? count : `${table([heading, ...rows])}\n${count}` };
}

async function create({ client }: Api, values: Values): Promise<Shown> {
  if (values.app === undefined) throw new UsageError('create needs --app, the name of your application.');
  const [deployment] = values['deployment-request-id'] ?? [];
  const answer = await client.sessionPost({
    app_name: values.app,
    ip_list: addresses(values),
    ...(values.version !== undefined && { version_name: values.version }),
    ...(deployment !== undefined && { deployment_request_id: deployment }),
  });
  return {
    answer,
    text: `Session ${answer.session_id} of ${answer.app ?? values.app} ${answer.version ?? ''}.`,
  };
}

async function bulkStop({ client, config }: Api, values: Values): Promise<Shown | undefined> {
  const given = FIELDS.filter(([option]) => values[option] !== undefined);
  const [first, ...others] = given;
  if (first === undefined || others.length > 0)
    throw new UsageError('bulk-stop needs one of --session-id, --deployment-request-id and --tag.');
  const [option, field] = first;
  const chosen = values[option] ?? [];
  const filter_type = matchOf(values.match);
  const question = `Stop every session at ${config.apiUrl} with ${field} ${filter_type} of ${chosen.join(', ')}?`;
  if (!(await confirm(question, values.yes))) return undefined;
  const payload: SessionBulkStopPayload = { filters: [{ field, filter_type, values: chosen }] };
  const answer = await client.sessionsBulkStop(payload);
  const ids = answer.processable;
  if (ids === undefined)
    return { answer, text: 'The API accepted it, but did not say which sessions are stopped.' };
  return { answer, text: [`${ids.length} sessions are stopped.`, ...ids].join('\n') };
}

function matchOf(match: string | undefined): 'any' | 'all' {
  if (match === undefined || match === 'any') return 'any';
  if (match === 'all') return 'all';
  throw new UsageError(`--match is "${match}"; it must be any or all.`);
}

function addresses({ ip = [] }: Values): string[] {
  if (ip.length === 0) throw new UsageError('Say which users: --ip ADDRESS.');
  return ip;
}

function usersShown(answer: { session_users?: { ip: string }[] | undefined }): Shown {
  if (answer.session_users === undefined)
    return { answer, text: 'Done. The API did not say which users are left.' };
  const users = answer.session_users.map(({ ip }) => ip);
  return { answer, text: users.length === 0 ? 'No users.' : users.join('\n') };
}

function yesOrNo(flag: boolean | undefined): string {
  if (flag === undefined) return '?';
  return flag ? 'yes' : 'no';
}

function detailsText(session: SessionGet): string {
  const createdMs = createdAt(session.create_time);
  const rows = [
    ['session', session.session_id],
    ['status', session.status ?? '?'],
    [
      'created',
      (session.create_time ?? '?') +
        (createdMs === undefined ? '' : ` (${ageText(Date.now() - createdMs)} ago)`),
    ],
    ['linked', yesOrNo(session.linked)],
    ['kind', session.kind ?? '?'],
    ['deployment', session.deployment?.request_id ?? '-'],
    ['tags', session.deployment?.tags?.join(', ') ?? '-'],
    ['users', session.session_users?.map(({ ip }) => ip).join(', ') || String(session.user_count ?? '?')],
  ];
  return table(rows);
}
