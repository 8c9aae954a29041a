/** Answers that contradict the description or the work that was done: the faults that are in a body. */
import type { Answer } from './call.ts';
import type { FaultSettings } from './fault-settings.ts';
import type { Operation } from './models.ts';

type Strikes = (chance: number) => boolean;

/** Members that the descriptions require, but for the ids. */
const REQUIRED: Partial<Record<Operation, readonly string[]>> = {
  listSessions: ['status', 'ready', 'linked', 'kind', 'user_count'],
  getSession: ['status', 'ready', 'linked', 'kind', 'user_count', 'app_version', 'create_time', 'elapsed'],
  listDeployments: ['fqdn', 'start_time', 'ready', 'public_ip'],
  deploymentStatus: [
    'current_status',
    'running',
    'error',
    'start_time',
    'elapsed_time',
    'app_name',
    'app_version',
    'fqdn',
    'public_ip',
  ],
};

/** Distorts the body of a successful answer as the faults say. @param strikes one draw of the faults */
export function distort(
  operation: Operation,
  answer: Answer,
  faults: FaultSettings,
  strikes: Strikes,
): Answer {
  const { body } = answer;
  if (answer.status >= 300 || !isRecord(body)) return answer;
  const required = REQUIRED[operation];
  const without = (model: unknown) => withoutRequired(model, required ?? [], faults, strikes);
  if ('processable' in body) return { ...answer, body: processable(body, faults, strikes) };
  if (operation === 'listSessions' || operation === 'listDeployments') {
    if (strikes(faults.unknownList))
      return { ...answer, body: { result: { items: body.data, more: false } } };
    return { ...answer, body: Array.isArray(body.data) ? { ...body, data: body.data.map(without) } : body };
  }
  if ('session_users' in body && strikes(faults.nullUsers)) {
    return { ...answer, body: { ...body, session_users: null } };
  }
  return required === undefined ? answer : { ...answer, body: without(body) };
}

function processable(
  body: Record<string, unknown>,
  faults: FaultSettings,
  strikes: Strikes,
): Record<string, unknown> {
  const rows = Array.isArray(body.processable) ? body.processable : [];
  if (strikes(faults.processableEmpty)) return { ...body, processable: [] };
  if (strikes(faults.processableNull)) return { ...body, processable: null };
  if (strikes(faults.processableStrings)) return { ...body, processable: rows.flatMap(Object.values) };
  if (strikes(faults.processableUnreadable)) return { ...body, processable: { count: rows.length } };
  return body;
}

function withoutRequired(
  model: unknown,
  required: readonly string[],
  { missingMembers }: FaultSettings,
  strikes: Strikes,
): unknown {
  if (!isRecord(model)) return model;
  const distorted = { ...model };
  for (const name of required) {
    if (strikes(missingMembers)) distorted[name] = strikes(0.5) ? null : undefined;
  }
  return distorted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
