/** `npm run sessions`: the API's session operations by hand. */

import { createdAt } from '../lib/edgegap/create-time.ts';
import type { SessionGet } from '../lib/edgegap/models.ts';
import { type Api, connectApi } from './api.ts';
import { bulkStopQuestion, type Filter, listAll } from './bulk-stop.ts';
import { UsageError } from './errors.ts';
import { AS_JSON, MATCH, YES } from './options.ts';
import type { Result } from './runner.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { whyDeleted } from './why.ts';
import { ageText, counted } from './words.ts';
import { STAGE, worldOf } from './world.ts';

const IP = { value: 'ADDRESS', list: true, required: true, about: 'a user; repeat it for more' } as const;

/** The options of bulk-stop that choose sessions, and the fields that they filter by. */
const FIELDS = [
  ['sessionId', 'session_id'],
  ['deploymentRequestId', 'request_id'],
  ['tag', 'deployment_tags'],
] as const;

const tool = createTool('sessions').description(
  'Reads and changes sessions of the local stage (npm start), or of the world that --stage or the environment names.',
);

addAction(tool.command('list'), {
  about: 'list all sessions',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }) => {
    const api = await connect(terminal, stage);
    const sessions = await listAll(api, terminal);
    const rows = sessions.map(({ session_id, status, deployment_request_id, user_count, linked, kind }) => [
      session_id,
      status,
      deployment_request_id,
      user_count,
      yesOrNo(linked),
      kind,
    ]);
    const heading = ['SESSION', 'STATUS', 'DEPLOYMENT', 'USERS', 'LINKED', 'KIND'];
    const count = `${counted(sessions.length, 'session')} at ${api.config.apiUrl}.`;
    return { data: sessions, lines: [...(rows.length === 0 ? [] : table([heading, ...rows])), count] };
  },
});

addAction(tool.command('get <id>'), {
  about: 'show a session with its age, deployment, tags and users',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) => {
    const session = await (await connect(terminal, stage)).client.getSession(id);
    return { data: session, lines: table(detailsOf(session)) };
  },
});

addAction(tool.command('why <id>'), {
  about: 'say who deleted a session, when, and because of which event',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) => {
    return await whyDeleted(terminal, await worldOf(stage), id);
  },
});

addAction(tool.command('users <id>'), {
  about: 'list the users of a session',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) =>
    usersResult(await (await connect(terminal, stage)).client.getUsersSession(id)),
});

addAction(tool.command('create'), {
  about: 'create a session',
  options: {
    app: { value: 'NAME', required: true, about: 'the application' },
    version: { value: 'NAME', about: 'the version of the application' },
    ip: IP,
    deploymentRequestId: { value: 'ID', about: 'the deployment to use' },
    json: AS_JSON,
    stage: STAGE,
  },
  run: async (terminal, { app, version, ip, deploymentRequestId, stage }) => {
    const answer = await (await connect(terminal, stage)).client.sessionPost({
      app_name: app,
      ip_list: ip,
      ...(version !== undefined && { version_name: version }),
      ...(deploymentRequestId !== undefined && { deployment_request_id: deploymentRequestId }),
    });
    return { data: answer, lines: [`Session ${answer.session_id} of ${answer.app} ${answer.version}.`] };
  },
});

addAction(tool.command('add-users <id>'), {
  about: 'add users to a session',
  options: { ip: IP, stage: STAGE, json: AS_JSON },
  run: async (terminal, { ip, stage }, id) =>
    usersResult(await (await connect(terminal, stage)).client.putUsersSession(id, { ip_list: ip })),
});

addAction(tool.command('remove-users <id>'), {
  about: 'remove users from a session',
  options: { ip: IP, yes: YES, stage: STAGE, json: AS_JSON },
  run: async (terminal, { ip, stage }, id) => {
    const { client, config } = await connect(terminal, stage);
    await terminal.confirm(
      () => `Remove ${counted(ip.length, 'user')} (${ip.join(', ')}) from session ${id} at ${config.apiUrl}?`,
    );
    return usersResult(await client.deleteUsersSession(id, { ip_list: ip }));
  },
});

addAction(tool.command('delete <id>'), {
  about: 'delete a session; its deployment goes on',
  options: { yes: YES, stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) => {
    const { client, config } = await connect(terminal, stage);
    await terminal.confirm(() => `Delete session ${id} at ${config.apiUrl}?`);
    const answer = await client.sessionDelete(id);
    return { data: answer, lines: [answer.message ?? 'Deleted.'] };
  },
});

addAction(tool.command('bulk-stop'), {
  about: 'stop all sessions with one of these ids, on one of these deployments, or with these tags',
  options: {
    sessionId: { value: 'ID', list: true, about: 'a session; repeat it for more' },
    deploymentRequestId: { value: 'ID', list: true, about: 'a deployment; repeat it for more' },
    tag: { value: 'NAME', list: true, about: 'a tag of the deployment; repeat it for more' },
    match: MATCH,
    yes: YES,
    json: AS_JSON,
    stage: STAGE,
  },
  run: async (terminal, { match = 'any', stage, ...values }) => {
    const chosen = FIELDS.filter(([option]) => values[option].length > 0);
    const [first, ...others] = chosen;
    if (first === undefined || others.length > 0)
      throw new UsageError('bulk-stop needs one of --session-id, --deployment-request-id and --tag.');
    const [option, field] = first;
    const filter: Filter = { field, filter_type: match, values: values[option] };
    const api = await connect(terminal, stage);
    await terminal.confirm(() => bulkStopQuestion(api, terminal, filter));
    const answer = await api.client.sessionsBulkStop({ filters: [filter] });
    const stopped = answer.processable;
    if (stopped === undefined)
      return { data: answer, lines: ['Done. The answer does not name the sessions.'] };
    return { data: answer, lines: [`Stopped ${counted(stopped.length, 'session')}.`, ...stopped] };
  },
});

await runTool(tool);

async function connect(terminal: Terminal, stage: string | undefined): Promise<Api> {
  const api = connectApi(await worldOf(stage));
  terminal.target(api.target);
  return api;
}

function usersResult(answer: { session_users?: { ip: string }[] | undefined }): Result {
  const users = answer.session_users?.map(({ ip }) => ip) ?? [];
  return { data: answer, lines: users.length === 0 ? ['No users.'] : users };
}

function detailsOf(session: SessionGet) {
  const { create_time = '', deployment } = session;
  const createdMs = createdAt(create_time);
  const age = createdMs === undefined ? '' : ` (${ageText(Date.now() - createdMs)} ago)`;
  return [
    ['session', session.session_id],
    ['status', session.status],
    ['created', `${create_time}${age}`],
    ['linked', yesOrNo(session.linked)],
    ['kind', session.kind],
    ['deployment', deployment?.request_id],
    ['tags', deployment?.tags?.join(', ')],
    ['users', session.session_users?.map(({ ip }) => ip).join(', ') || session.user_count],
  ];
}

function yesOrNo(value: boolean | null | undefined): string | undefined {
  return value == null ? undefined : value ? 'yes' : 'no';
}
