/** Options of the command line become an event. Pure but for its id and time. */
import { randomUUID } from 'node:crypto';
import { UsageError } from './errors.ts';

/** The options that an event is made of. */
export interface EventOptions {
  'session-id'?: string[] | undefined;
  'deployment-request-id'?: string[] | undefined;
  ip?: string[] | undefined;
  tag?: string[] | undefined;
  match?: string | undefined;
  time?: string | undefined;
}

/** What each option is called in an event's data, for one value and for many. */
const NAMES = {
  'session-id': ['session_id', 'session_ids'],
  'deployment-request-id': ['deployment_request_id', 'deployment_request_ids'],
  ip: ['ip_list', 'ip_list'],
  tag: ['deployment_tags', 'deployment_tags'],
} as const;

const ALWAYS_LISTS = new Set(['ip', 'tag']);

/** An event of that type with the data that the options give; whether it is valid is the contract's to say. */
export function eventFromOptions(type: string, options: EventOptions): object {
  const data: Record<string, unknown> = {};
  for (const option of ['session-id', 'deployment-request-id', 'ip', 'tag'] as const) {
    const values = options[option];
    if (values === undefined) continue;
    const [one, many] = NAMES[option];
    if (values.length === 1 && !ALWAYS_LISTS.has(option)) data[one] = values[0];
    else data[many] = values;
  }
  if (options.match !== undefined) data.match = options.match;
  if (Object.keys(data).length === 0)
    throw new UsageError(`${type} needs to be told of what, such as --session-id.`);
  return { type, id: randomUUID(), time: options.time ?? new Date().toISOString(), source: 'emit', data };
}
