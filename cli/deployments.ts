/** `npm run deployments`: the API's deployment operations by hand. */
import { createdAt } from '../lib/edgegap/create-time.ts';
import type {
  DeploymentBulkStopPayload,
  DeploymentRow,
  DeploymentStatus,
} from '../lib/edgegap/deployment-models.ts';
import { type Api, connectApi } from './api.ts';
import { UsageError } from './errors.ts';
import { AS_JSON, MATCH, YES } from './options.ts';
import type { Result } from './runner.ts';
import { addAction, createTool, runTool } from './runner.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { whyStopped } from './why.ts';
import { ageText, counted } from './words.ts';
import { STAGE, worldOf } from './world.ts';

type Filter = DeploymentBulkStopPayload['filters'][number];

const tool = createTool('deployments').description(
  'Reads and stops deployments of the local stage (npm start), or of the world that --stage or the environment names.',
);

addAction(tool.command('list'), {
  about: 'list the deployments that are active, the oldest first',
  options: {
    status: { value: 'WORD', about: 'only those with this status, such as ready' },
    tag: {
      value: 'NAME',
      list: true,
      about: 'only those with this tag; repeat it for more, of which any counts',
    },
    stage: STAGE,
    json: AS_JSON,
  },
  run: async (terminal, { status, tag: tags, stage }) => {
    const api = await connect(terminal, stage);
    const all = await listAll(api, terminal, status);
    const rows = all.filter((row) => tags.length === 0 || tags.some((tag) => row.tags?.includes(tag)));
    const count = `${counted(rows.length, 'deployment')} at ${api.config.apiUrl}.`;
    return { data: rows, lines: [...(rows.length === 0 ? [] : rowTable(rows)), count] };
  },
});

addAction(tool.command('get <id>'), {
  about: 'show a deployment with its status, app, age, sessions and tags',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) => {
    const status = await (await connect(terminal, stage)).client.deploymentStatus(id);
    return { data: status, lines: table(detailsOf(status)) };
  },
});

addAction(tool.command('stop [ids...]'), {
  about: 'stop these deployments, or all with these tags; sessions on them lose their server',
  options: {
    tag: { value: 'NAME', list: true, about: 'a tag; repeat it for more' },
    match: MATCH,
    stage: STAGE,
    yes: YES,
    json: AS_JSON,
  },
  run: async (terminal, { tag: tags, match = 'any', stage }, _, ids) => {
    if ((ids.length === 0) === (tags.length === 0)) throw new UsageError('stop needs either ids or --tag.');
    const filter: Filter =
      tags.length > 0
        ? { field: 'deployment_tags', filter_type: match, values: tags }
        : { field: 'request_id', filter_type: 'any', values: [...ids] };
    const api = await connect(terminal, stage);
    await terminal.confirm(() => stopQuestion(api, terminal, filter));
    return await stop(api, filter);
  },
});

addAction(tool.command('why <id>'), {
  about: 'say who stopped a deployment, when, and because of which event',
  options: { stage: STAGE, json: AS_JSON },
  run: async (terminal, { stage }, id) => await whyStopped(terminal, await worldOf(stage), id),
});

await runTool(tool);

async function connect(terminal: Terminal, stage: string | undefined): Promise<Api> {
  const api = connectApi(await worldOf(stage));
  terminal.target(api.target);
  return api;
}

async function stop({ client }: Api, filter: Filter): Promise<Result> {
  const [first, ...others] = filter.values;
  if (filter.field === 'request_id' && first !== undefined && others.length === 0) {
    const answer = await client.deploymentStop(first);
    return { data: answer, lines: [answer.message ?? `Stopped ${first}.`] };
  }
  const answer = await client.deploymentsBulkStop({ filters: [filter] });
  const stopped = answer.processable;
  if (stopped === undefined)
    return { data: answer, lines: ['Done. The answer does not name the deployments.'] };
  const left = filter.field === 'request_id' ? filter.values.filter((id) => !stopped.includes(id)) : [];
  return {
    data: answer,
    lines: [`Stopped ${counted(stopped.length, 'deployment')}.`, ...stopped],
    problems: left.map((id) => `${id} is not in the answer: it was not running, or could not be stopped.`),
  };
}

/** The oldest first; those whose age is not known last. */
async function listAll({ client }: Api, terminal: Terminal, status?: string): Promise<DeploymentRow[]> {
  const rows: DeploymentRow[] = [];
  const show = (): void => terminal.progress({ verb: 'listing', noun: 'deployments', done: rows.length });
  const filters = status && [{ field: 'status', operator: 'eq', value: status } as const];
  show();
  for await (const row of client.allDeployments(filters ? { filters } : {})) {
    rows.push(row);
    show();
  }
  const startedMs = ({ start_time }: DeploymentRow): number => createdAt(start_time) ?? Number.MAX_VALUE;
  return rows.toSorted((one, other) => startedMs(one) - startedMs(other));
}

async function stopQuestion(api: Api, terminal: Terminal, filter: Filter): Promise<string> {
  const { field, filter_type, values } = filter;
  const rows = await listAll(api, terminal);
  const found = rows.filter((row) => isNamed(row, filter));
  const open = field === 'deployment_tags' && rows.some(({ tags }) => tags === undefined);
  const atLeast = open ? 'at least ' : '';
  const which = `${field} ${filter_type} of ${values.join(', ')}`;
  return `Stop ${atLeast}${counted(found.length, 'deployment')} with ${which} at ${api.config.apiUrl}?`;
}

function isNamed({ request_id, tags = [] }: DeploymentRow, { field, filter_type, values }: Filter): boolean {
  if (field === 'request_id') return values.includes(request_id);
  const own = new Set(tags);
  return filter_type === 'all' ? values.every((tag) => own.has(tag)) : values.some((tag) => own.has(tag));
}

function rowTable(rows: readonly DeploymentRow[]): string[] {
  const cells = rows.map(({ request_id, ready, start_time, sockets_usage, tags }) => [
    request_id,
    ready === undefined ? undefined : ready ? 'yes' : 'no',
    ageOf(start_time),
    sockets_usage,
    tags?.join(', ') || undefined,
  ]);
  return table([['DEPLOYMENT', 'READY', 'AGE', 'SESSIONS', 'TAGS'], ...cells]);
}

function detailsOf(status: DeploymentStatus) {
  const { start_time, sessions, sockets_usage, error_detail } = status;
  return [
    ['deployment', status.request_id],
    ['status', status.current_status],
    ['app', [status.app_name, status.app_version].filter(Boolean).join(' ') || undefined],
    ['ready since', start_time && `${start_time} (${ageOf(start_time)} ago)`],
    ['address', status.fqdn ?? status.public_ip],
    ['sessions', sessions?.length ?? sockets_usage],
    ['tags', status.tags?.join(', ')],
    ...(error_detail ? [['error', error_detail]] : []),
  ];
}

/** How long ago that was; undefined where it is not known. */
function ageOf(startTime: string | undefined): string | undefined {
  const startedMs = createdAt(startTime);
  return startedMs === undefined ? undefined : ageText(Date.now() - startedMs);
}
