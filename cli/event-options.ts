/** Options of the command line become an event. Pure but for its id and time. */
import { randomUUID } from 'node:crypto';
import { UsageError } from './errors.ts';
import type { ValuesOf } from './options.ts';
import { MATCH } from './options.ts';

/** The options that an event is made of. */
export const EVENT_OPTIONS = {
  sessionId: { value: 'ID', list: true, about: 'a session; repeat it for more' },
  deploymentRequestId: { value: 'ID', list: true, about: 'a deployment; repeat it for more' },
  ip: { value: 'ADDRESS', list: true, about: 'a user; repeat it for more' },
  tag: { value: 'NAME', list: true, about: 'a tag of deployments; repeat it for more' },
  match: MATCH,
  time: { value: 'TIME', about: 'when it happened (RFC 3339); now by default' },
} as const;

/** What an event's data calls each option, with one value and with several. */
const NAMES = [
  ['sessionId', 'session_id', 'session_ids'],
  ['deploymentRequestId', 'deployment_request_id', 'deployment_request_ids'],
  ['ip', undefined, 'ip_list'],
  ['tag', undefined, 'deployment_tags'],
] as const;

/**
 * Returns an event of this type with the data that the options name. The contract decides whether it is valid.
 * @throws UsageError without any data.
 */
export function eventFromOptions(type: string, options: ValuesOf<typeof EVENT_OPTIONS>): object {
  const { match, time = new Date().toISOString() } = options;
  const members = NAMES.flatMap(([option, one, many]): [string, unknown][] => {
    const values = options[option];
    if (values.length === 0) return [];
    return [one !== undefined && values.length === 1 ? [one, values[0]] : [many, values]];
  });
  if (match !== undefined) members.push(['match', match]);
  if (members.length === 0) throw new UsageError(`${type} needs data: pass --session-id, for example.`);
  return { type, id: randomUUID(), time, source: 'emit', data: Object.fromEntries(members) };
}
