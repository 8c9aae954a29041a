/** What the sandbox takes: the request models of the Sessions API and the bodies of its own /_sandbox routes. */
import * as z from 'zod/mini';
import { isIpAddress } from '../../events/ip.ts';

/** The eight operations, as the shared client names them. */
export const OPERATIONS = [
  'sessionPost',
  'getSession',
  'sessionDelete',
  'getUsersSession',
  'putUsersSession',
  'deleteUsersSession',
  'listSessions',
  'sessionsBulkStop',
] as const;

/** One of the eight operations. */
export type Operation = (typeof OPERATIONS)[number];

const text = z.string().check(z.minLength(1));
const ip = z.string().check(z.refine(isIpAddress, 'must be an IPv4 or IPv6 address'));
const location = z.looseObject({ latitude: z.number(), longitude: z.number() });

/** A session id in a path: 1-128 of A-Z a-z 0-9 . _ -, never `.` or `..`. */
export const sessionId = z.string().check(
  z.regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ -'),
  z.refine((id) => id !== '.' && id !== '..', 'must not be . or ..'),
);

const selector = z.looseObject({
  tag: z.string().check(z.minLength(1), z.maxLength(20)),
  tag_only: z.optional(z.boolean()),
  env: z.optional(
    z.array(
      z.looseObject({
        key: z.string().check(z.minLength(1), z.maxLength(255)),
        value: z.string().check(z.minLength(1), z.maxLength(1024)),
      }),
    ),
  ),
});

const filterType = z.enum(['any', 'all', 'not']);

/** SessionModel, the body of SessionPost. */
export const sessionModel = z.looseObject({
  app_name: text,
  version_name: z.optional(text),
  ip_list: z.optional(z.array(ip)),
  geo_ip_list: z.optional(z.array(z.looseObject({ ...location.shape, ip }))),
  deployment_request_id: z.optional(sessionId),
  location: z.optional(location),
  city: z.optional(z.string()),
  country: z.optional(z.string()),
  continent: z.optional(z.string()),
  administrative_division: z.optional(z.string()),
  region: z.optional(z.string()),
  selectors: z.optional(z.array(selector)),
  webhook_url: z.optional(z.string()),
  filters: z.optional(
    z.array(z.looseObject({ field: text, filter_type: filterType, values: z.array(z.string()) })),
  ),
  skip_telemetry: z.optional(z.boolean()),
});

/** PatchSessionModel, the body of PutUsersSession and DeleteUsersSession. */
export const patchSessionModel = z.looseObject({ ip_list: z.array(ip).check(z.minLength(1)) });

/** SessionBulkStopPayload. No filters and no values are allowed here, as the model allows them. */
export const bulkStopPayload = z.looseObject({
  filters: z.array(
    z.looseObject({
      field: z.enum(['session_id', 'deployment_tags', 'request_id']),
      filter_type: filterType,
      values: z.array(z.string()),
    }),
  ),
});

/** One filter of a bulk stop. */
export type BulkStopFilter = z.output<typeof bulkStopPayload>['filters'][number];

const queryInteger = z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1'));

/** The query of ListSessions. */
export const listQuery = z.looseObject({
  page: z.optional(queryInteger),
  limit: z.optional(
    queryInteger.check(z.refine((value) => Number(value) <= 100, 'must be a whole number from 1 to 100')),
  ),
});

/** A session to seed; what is left out gets a believable value. `created_at`: epoch milliseconds or RFC 3339. */
export const newSession = z.strictObject({
  session_id: z.optional(sessionId),
  custom_id: z.optional(text),
  deployment_request_id: z.optional(sessionId),
  tags: z.optional(z.array(text)),
  users: z.optional(z.array(ip)),
  status: z.optional(text),
  linked: z.optional(z.boolean()),
  ready: z.optional(z.boolean()),
  kind: z.optional(z.enum(['DEFAULT', 'SEATS', 'MATCH'])),
  webhook_url: z.optional(z.string()),
  created_at: z.optional(
    z.union([
      z.number().check(z.gte(0), z.lte(8.64e15)),
      z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'must be a date and time')),
    ]),
  ),
});

/** The body of POST /_sandbox/sessions. */
export const newSessions = z.array(newSession);

/** A session to seed. */
export type NewSession = z.input<typeof newSession>;

/** What a check found: the value, or one sentence that says where it is wrong and why. */
export type Checked<T> = { ok: true; value: T } | { ok: false; reason: string };

// zod/mini has no messages of its own until it is given a locale; given here, it stays out of everyone else's.
const { localeError } = z.locales.en();

/** Checks a value from outside; the reason names the first wrong member. */
export function check<T extends z.ZodMiniType>(schema: T, value: unknown): Checked<z.output<T>> {
  const result = schema.safeParse(value, { error: localeError });
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map(String).join('.');
  return { ok: false, reason: `${path === '' ? 'body' : path}: ${issue?.message ?? 'is wrong'}` };
}
