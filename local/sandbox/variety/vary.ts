/** From a complete answer to one that the real API might give instead: the same meaning in another shape. */
import type { Answer } from '../call.ts';
import type { Dice } from '../dice.ts';
import type { Operation } from '../models.ts';
import { absence, loose, type Model, respelled } from './members.ts';
import type { Variety } from './settings.ts';

type Vary = (model: Model, variety: Variety, dice: Dice) => Model;

const CHANGES: ReadonlySet<Operation> = new Set([
  'sessionDelete',
  'putUsersSession',
  'deleteUsersSession',
  'deploymentStop',
]);

const ROW = ['custom_id', 'deployment_request_id', 'webhook_url'];
const DETAILS = ['custom_id', 'webhook_url', 'error', 'session_users', 'session_ips', 'deployment'];
const LINKED = ['ports', 'location', 'sockets', 'sockets_usage', 'is_joinable_by_session'];
const STATUS = [
  'removal_time',
  'last_status',
  'error_detail',
  'ports',
  'location',
  'command',
  'arguments',
  'sessions',
  'sockets',
  'sockets_usage',
];
const POSITION = { latitude: 45.508888, longitude: -73.561668 };

const MODELS: Readonly<Record<Operation, Vary>> = {
  sessionPost: (model, variety, dice) =>
    loose(model, ['custom_id', 'deployment_request_id', 'selectors', 'webhook_url'], variety, dice),
  getSession,
  sessionDelete: (model, variety, dice) => loose(model, ['custom_id'], variety, dice),
  getUsersSession: users,
  putUsersSession: users,
  deleteUsersSession: users,
  listSessions: (model, variety, dice) =>
    page(model, variety, dice, (row) => respelled(loose(row, ROW, variety, dice), variety, dice)),
  sessionsBulkStop: (model, variety, dice) => loose(model, [], variety, dice),
  deploymentStop: (model, variety, dice) =>
    inside(loose(model, ['deployment_summary'], variety, dice), 'deployment_summary', (summary) =>
      status(summary, variety, dice),
    ),
  deploymentsBulkStop: (model, variety, dice) => loose(model, [], variety, dice),
  listDeployments: (model, variety, dice) =>
    page(model, variety, dice, (row) => tagged(loose(row, LINKED, variety, dice), variety, dice)),
  deploymentStatus: status,
};

/** Varies an answer. Its id, users, status and count of users stay what they are, and so does whether it succeeded. */
export function vary(operation: Operation, answer: Answer, variety: Variety, dice: Dice): Answer {
  if (!isModel(answer.body)) return answer;
  if (answer.status >= 400) {
    if (!dice.hits(variety.errorDetails)) return answer;
    return { ...answer, body: { ...answer.body, details: { operation, request: 'a1b2c3d4' } } };
  }
  if (CHANGES.has(operation) && dice.hits(variety.emptySuccess)) return emptySuccess(answer, dice);
  return { ...answer, body: MODELS[operation](answer.body, variety, dice) };
}

/** What changed something was done, whatever the answer says (models.md, "Read answers tolerantly"). */
function emptySuccess(answer: Answer, dice: Dice): Answer {
  return dice.pick<Answer>([
    { ...answer, status: 202 },
    { status: 202, body: {} },
    { status: 204, body: undefined },
    { status: 200, body: undefined },
    { status: 200, body: {} },
  ]);
}

function getSession(model: Model, variety: Variety, dice: Dice): Model {
  const varied = inside(loose(model, DETAILS, variety, dice), 'deployment', (deployment) =>
    respelled(tagged(loose(deployment, LINKED, variety, dice), variety, dice), variety, dice),
  );
  return respelled(varied, variety, dice);
}

function users(model: Model, variety: Variety, dice: Dice): Model {
  const { session_users } = model;
  if (!Array.isArray(session_users)) return model;
  const varied = session_users.map((user: Model) =>
    loose(
      dice.hits(variety.extraMembers) ? { ...user, ...POSITION } : user,
      ['latitude', 'longitude'],
      variety,
      dice,
    ),
  );
  return loose({ ...model, session_users: varied }, [], variety, dice);
}

function status(model: Model, variety: Variety, dice: Dice): Model {
  return respelled(tagged(loose(model, STATUS, variety, dice), variety, dice), variety, dice);
}

function tagged(model: Model, variety: Variety, dice: Dice): Model {
  return dice.hits(variety.withoutTags) ? { ...model, tags: absence(dice) } : model;
}

/** However little a page says, what it says is true: without `has_next` the rest, or a full page, shows the way on. */
function page(model: Model, variety: Variety, dice: Dice, row: (row: Model) => Model): Model {
  const { data, pagination } = model;
  if (!Array.isArray(data) || !isModel(pagination)) return model;
  const rows = data.length === 0 && dice.hits(variety.sparsePagination) ? absence(dice) : data.map(row);
  return loose(
    {
      ...model,
      data: rows,
      total_count: dice.hits(variety.withoutTotalCount) ? absence(dice) : model.total_count,
      pagination: dice.hits(variety.withoutPagination) ? absence(dice) : sparse(pagination, variety, dice),
    },
    [],
    variety,
    dice,
  );
}

/** A `next_page_number` of null says that there is no next page: it may be absent, but not null instead of a number. */
function sparse(pagination: Model, variety: Variety, dice: Dice): Model {
  const kept = Object.entries(pagination).filter(
    ([name]) => name === 'has_next' || !dice.hits(variety.sparsePagination),
  );
  const varied = Object.fromEntries(kept);
  return dice.hits(variety.withoutHasNext) ? { ...varied, has_next: absence(dice) } : varied;
}

function inside(model: Model, name: string, change: (member: Model) => Model): Model {
  const member = model[name];
  return isModel(member) ? { ...model, [name]: change(member) } : model;
}

function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
