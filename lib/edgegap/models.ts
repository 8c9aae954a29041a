/**
 * The models of the Edgegap API (v1), on the wire's names. Answers are read tolerantly: a member that is
 * absent, `null` or of another type is `undefined`, which means unknown; members that we do not know are let
 * through. Required is only what an answer is useless without. Requests are checked strictly.
 */
import * as v from 'valibot';
import { notList, readAs, type Schema } from '../runtime/schema.ts';

/** A member of an answer; anything but the type is unknown. */
export const maybe = <T>(schema: Schema<T>) => v.fallback(v.optional(schema), undefined);
/** The rows that can be read; the others are left out. */
const rows = <T>(schema: Schema<T>) =>
  v.pipe(
    v.array(v.unknown()),
    v.transform((items) => items.flatMap((item) => readAs(schema, item) ?? [])),
  );
export const wholeNumber = v.pipe(v.number(), v.safeInteger());
export const text = maybe(v.string());
export const flag = maybe(v.boolean());

/** A user of a session is an IP address. */
export const sessionUser = v.looseObject({
  ip: v.string(),
  latitude: maybe(v.number()),
  longitude: maybe(v.number()),
});

/** The users of a session: the answer to GetUsersSession. */
export const sessionUserContext = v.looseObject({ session_users: rows(sessionUser) });

/** The answer to PutUsersSession and DeleteUsersSession. A 2xx says that it happened, whatever the body. */
export const usersChanged = v.fallback(v.looseObject({ session_users: maybe(rows(sessionUser)) }), {});

/** A row of the list. It carries no creation time. */
export const sessionContext = v.looseObject({
  session_id: v.string(),
  status: text,
  ready: flag,
  linked: flag,
  kind: text,
  user_count: maybe(wholeNumber),
  custom_id: text,
  deployment_request_id: text,
  webhook_url: text,
});

/**
 * A page of a list; every member may be absent. `unreadable` counts the rows without an id, which `data` leaves
 * out. `data` that is there and not a list makes the page useless.
 */
export const pageOf = <T>(row: Schema<T>) =>
  v.pipe(
    notList,
    v.looseObject({
      data: v.nullish(v.array(v.unknown())),
      total_count: maybe(wholeNumber),
      pagination: maybe(
        v.looseObject({
          number: maybe(wholeNumber),
          next_page_number: maybe(wholeNumber),
          has_next: flag,
          paginator: maybe(v.looseObject({ num_pages: maybe(wholeNumber) })),
        }),
      ),
    }),
    v.transform(({ data, ...page }) => {
      const read = data?.flatMap((item) => readAs(row, item) ?? []);
      return { ...page, data: read, unreadable: (data?.length ?? 0) - (read?.length ?? 0) };
    }),
  );

/** A page of the sessions. */
export const sessions = pageOf(sessionContext);

/** One session with its details: the answer to GetSession. `create_time` has no zone. */
export const sessionGet = v.looseObject({
  session_id: v.string(),
  custom_id: text,
  status: text,
  ready: flag,
  linked: flag,
  kind: text,
  user_count: maybe(wholeNumber),
  webhook_url: text,
  app_version: maybe(v.union([wholeNumber, v.string()])),
  create_time: text,
  elapsed: maybe(wholeNumber),
  error: text,
  // A list that is read in part would count too few users.
  session_users: maybe(v.array(sessionUser)),
  session_ips: maybe(v.array(sessionUser)),
  deployment: maybe(
    v.looseObject({ request_id: text, status: text, ready: flag, tags: maybe(v.array(v.string())) }),
  ),
});

/** The answer to SessionDelete. A 2xx says that it happened, whatever the body. */
export const sessionDelete = v.fallback(
  v.looseObject({ message: text, session_id: text, custom_id: text }),
  {},
);

/**
 * The answer to a bulk stop: the ids of what will be stopped. `processable` is undefined where it cannot be
 * read: something may have been stopped, but nothing is proven. Entries are objects with the id, or plain ids.
 * Of entries that all are neither, nothing is known.
 */
export const bulkStopResponse = (idOf: (entry: unknown) => string | undefined) =>
  v.fallback(
    v.looseObject({
      processable: maybe(
        v.pipe(
          v.array(v.unknown()),
          v.transform((entries) => {
            const ids = entries.flatMap((entry) => (typeof entry === 'string' ? entry : (idOf(entry) ?? [])));
            return ids.length === 0 && entries.length > 0 ? undefined : ids;
          }),
        ),
      ),
    }),
    {},
  );

const stoppedSession = v.object({ session_id: v.string() });

/** The answer to SessionsBulkStop. */
export const sessionBulkStopResponse = bulkStopResponse((entry) => readAs(stoppedSession, entry)?.session_id);

/** Users to add or remove. */
export const patchSessionModel = v.object({ ip_list: v.pipe(v.array(v.string()), v.minLength(1)) });

/** Which sessions a bulk stop takes: **every** one that matches. */
export const sessionBulkStopPayload = v.object({
  filters: v.array(
    v.object({
      field: v.picklist(['session_id', 'deployment_tags', 'request_id']),
      filter_type: v.picklist(['any', 'all', 'not']),
      values: v.array(v.string()),
    }),
  ),
});

const selector = v.object({
  tag: v.pipe(v.string(), v.minLength(1), v.maxLength(20)),
  tag_only: v.optional(v.boolean()),
  env: v.optional(
    v.object({
      key: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
      value: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
    }),
  ),
});

/** A session to create. */
export const sessionModel = v.object({
  app_name: v.string(),
  version_name: v.optional(v.string()),
  ip_list: v.optional(v.array(v.string())),
  geo_ip_list: v.optional(v.array(v.object({ ip: v.string(), latitude: v.number(), longitude: v.number() }))),
  deployment_request_id: v.optional(v.string()),
  location: v.optional(v.object({ latitude: v.number(), longitude: v.number() })),
  city: v.optional(v.string()),
  country: v.optional(v.string()),
  continent: v.optional(v.string()),
  administrative_division: v.optional(v.string()),
  region: v.optional(v.string()),
  selectors: v.optional(v.array(selector)),
  webhook_url: v.optional(v.string()),
  filters: v.optional(
    v.array(
      v.object({
        field: v.string(),
        filter_type: v.picklist(['any', 'all', 'not']),
        values: v.array(v.string()),
      }),
    ),
  ),
  skip_telemetry: v.optional(v.boolean()),
});

/** The answer to SessionPost. Without the id of the new session it is useless. */
export const sessionRequest = v.looseObject({
  session_id: v.string(),
  app: text,
  version: text,
  custom_id: text,
  deployment_request_id: text,
  webhook_url: text,
});

export type UsersChanged = v.InferOutput<typeof usersChanged>;
export type SessionUserContext = v.InferOutput<typeof sessionUserContext>;
export type SessionContext = v.InferOutput<typeof sessionContext>;
export type Sessions = v.InferOutput<typeof sessions>;
export type SessionGet = v.InferOutput<typeof sessionGet>;
export type SessionDelete = v.InferOutput<typeof sessionDelete>;
export type SessionBulkStopResponse = v.InferOutput<typeof sessionBulkStopResponse>;
export type SessionBulkStopPayload = v.InferOutput<typeof sessionBulkStopPayload>;
export type PatchSessionModel = v.InferOutput<typeof patchSessionModel>;
export type SessionModel = v.InferOutput<typeof sessionModel>;
export type SessionRequest = v.InferOutput<typeof sessionRequest>;
