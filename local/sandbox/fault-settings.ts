/** The switches of the faults, and the one document that holds them and the variety (docs/local-stage.md). */
import * as z from 'zod/mini';
import { type Checked, check } from './check.ts';
import { chance } from './dice.ts';
import { OPERATIONS } from './models.ts';
import { KIND, VARIED, type Variety, type VarietyInput, varietySettings } from './variety/settings.ts';

const ids = z.array(z.string());

const faultSettings = z.strictObject({
  /** Every answer comes this much later, 0 to 60,000. */
  latencyMs: z._default(z.int().check(z.gte(0), z.lte(60_000)), 0),
  /** 429, nothing done. */
  throttle: chance,
  /** `Retry-After` in seconds; null for none. */
  retryAfterSeconds: z._default(z.nullable(z.int().check(z.gte(0))), 1),
  /** `Retry-After` as this text, such as an HTTP date; wins over the seconds. */
  retryAfter: z._default(z.nullable(z.string()), null),
  /** The statuses that carry `Retry-After`. */
  retryAfterOn: z._default(z.array(z.int()), [429]),
  /** `serverErrorStatus`, nothing done. */
  serverError: chance,
  serverErrorStatus: z._default(z.int().check(z.gte(500), z.lte(599)), 500),
  /** 400, nothing done. */
  badRequest: chance,
  /** A redirect to a page of HTML, nothing done. */
  redirect: chance,
  redirectStatus: z._default(z.literal([301, 302, 303, 307, 308]), 302),
  /** The connection is reset, nothing done. */
  reset: chance,
  /** The work is done, then the connection is reset. */
  lostAnswer: chance,
  /** The work is done, the answer is 200 with a page of HTML. */
  notJson: chance,
  /** The work is done, the answer is 200 with a body that never ends. */
  endlessBody: chance,
  /** The work is done, the answer is 200 with a small compressed body that unpacks to 2.5 GB. */
  compressedBomb: chance,
  /** `rejectStatus`, however right the key is. */
  rejectKey: chance,
  rejectStatus: z._default(z.literal([401, 403]), 401),
  /** 404 as for a route that does not exist. */
  routesMissing: chance,
  /** Ids, tags or addresses that get 400: in a path, in a bulk stop, in a users call. */
  refuse: z._default(ids, []),
  /** Errors repeat the request's headers, the key among them, in their message. */
  echoHeaders: chance,
  /** A bulk stop leaves a match alone and out of `processable`; decided anew for each match of each call. */
  partialProcessable: chance,
  /** What no bulk stop processes: these ids, or each id with this probability. A call that names it alone works. */
  notProcessable: z._default(
    z.union(
      [ids, z.pipe(z.union([z.boolean(), z.number().check(z.gte(0), z.lte(1))]), z.transform(Number))],
      {
        error: 'must be a list of ids, from 0 to 1, or a boolean',
      },
    ),
    [],
  ),
  /** How many bulk stops leave such an id out; null for ever. */
  sparedTimes: z._default(z.nullable(z.int().check(z.gte(0))), null),
  /** A bulk stop that names an unknown id is refused with 400, nothing done. */
  bulkRefusesUnknown: chance,
  /** A bulk stop does its work and answers `processable: []`. */
  processableEmpty: chance,
  /** … answers `processable: null`. */
  processableNull: chance,
  /** … answers `processable` with ids as strings instead of objects. */
  processableStrings: chance,
  /** … answers with something else in the place of `processable`. */
  processableUnreadable: chance,
  /** A list answers 200 in an unknown shape. */
  unknownList: chance,
  /** Every page of a list is the first one, and says that there is a next. */
  repeatPages: chance,
  /** The most rows of a page, whatever `limit` says; null for `limit`. */
  pageRows: z._default(z.nullable(z.int().check(z.gte(1))), null),
  /** A page after the last one is empty, refused with 400, or the last page again. */
  pageAfterLast: z._default(z.enum(['empty', 'refused', 'last']), 'empty'),
  /** Each required member but the id is absent or null: rows of lists, GetSession, a deployment's status. */
  missingMembers: chance,
  /** `session_users` is null. */
  nullUsers: chance,
  /** The API does not know a new session for this long. 0 to 600,000. */
  hiddenMs: z._default(z.int().check(z.gte(0), z.lte(600_000)), 0),
  /** The operations that the faults strike; all when empty. */
  operations: z._default(z.array(z.enum(OPERATIONS)), []),
  /** Where the faults' draws start. */
  seed: z._default(z.int(), 1),
  variety: varietySettings,
});

/** All switches as they are set. */
export type FaultSettings = z.output<typeof faultSettings>;

/**
 * Switches to set. A fault that is left out is off. `variety`: true for all of it, false for none, or single
 * switches; what is left out is as the sandbox was started.
 */
export type FaultInput = Omit<z.input<typeof faultSettings>, 'variety'> & {
  variety?: boolean | VarietyInput;
};

/** Checks switches from outside. @param base the variety that the sandbox was started with */
export function parseFaults(value: unknown, base: Variety): Checked<FaultSettings> {
  if (!isRecord(value)) return check(faultSettings, value);
  return check(faultSettings, { ...value, variety: completed(value.variety, base) });
}

/** What is neither a boolean nor an object is left to the check. */
function completed(variety: unknown, base: Variety): unknown {
  if (variety === undefined) return base;
  if (typeof variety === 'boolean') return variety ? VARIED : KIND;
  return isRecord(variety) ? { ...base, ...variety } : variety;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
