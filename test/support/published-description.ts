/**
 * The answers of the platform's published interface descriptions (sessions and deployments: 2024-05-26; deployments:
 * 2026-04-24), written from them and from what the field saw: what is optional may also be null, and members that are
 * not described are allowed.
 */
import * as z from 'zod';

const text = z.string();
const flag = z.boolean();
const integer = z.int();

const error = z.looseObject({ message: text });

const pagination = z.looseObject({
  number: integer.nullish(),
  next_page_number: integer.nullish(),
  previous_page_number: integer.nullish(),
  paginator: z.looseObject({ num_pages: integer.nullish() }).nullish(),
  has_next: flag.nullish(),
  has_previous: flag.nullish(),
});

const sessionOfDeployment = z.looseObject({
  session_id: text,
  status: text,
  ready: flag,
  linked: flag,
  kind: text,
  user_count: integer,
});

const sessionContext = sessionOfDeployment.extend({
  custom_id: text.nullish(),
  deployment_request_id: text.nullish(),
  webhook_url: text.nullish(),
});

const listOf = (row: z.ZodType) =>
  z.looseObject({
    data: z.array(row).nullish(),
    total_count: integer.nullish(),
    pagination: pagination.nullish(),
  });

const sessionUser = z.looseObject({
  ip: text,
  latitude: z.number().nullish(),
  longitude: z.number().nullish(),
});

const port = z.looseObject({ external: integer.nullish(), internal: integer.nullish() });
const location = z.looseObject({ city: text, country: text, latitude: z.number(), longitude: z.number() });

const onServer = {
  ports: z.record(text, port).nullish(),
  location: location.nullish(),
  tags: z.array(text).nullish(),
  sockets: integer.nullish(),
  sockets_usage: integer.nullish(),
  is_joinable_by_session: flag.nullish(),
};

const linkedDeployment = z.looseObject({
  request_id: text,
  public_ip: text,
  status: text,
  ready: flag,
  whitelisting_active: flag,
  fqdn: text,
  ...onServer,
});

const sessionGet = sessionOfDeployment.extend({
  custom_id: text.nullish(),
  webhook_url: text.nullish(),
  app_version: integer,
  create_time: text.regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
  elapsed: integer,
  error: text.nullish(),
  session_users: z.array(sessionUser).nullish(),
  session_ips: z.array(sessionUser).nullish(),
  deployment: linkedDeployment.nullish(),
});

const deploymentRow = z.looseObject({
  request_id: text,
  fqdn: text,
  start_time: text,
  ready: flag,
  public_ip: text,
  ...onServer,
});

const deploymentStatus = z.looseObject({
  request_id: text,
  fqdn: text,
  app_name: text,
  app_version: text,
  current_status: text,
  running: flag,
  start_time: text,
  removal_time: text.nullish(),
  elapsed_time: integer,
  last_status: text.nullish(),
  error: flag,
  error_detail: text.nullish(),
  public_ip: text,
  ...onServer,
});

/** Required in 2024 alone, in 2026 alone. */
const status2024 = deploymentStatus.extend({
  whitelisting_active: flag,
  sessions: z.array(sessionOfDeployment).nullish(),
});
const status2026 = deploymentStatus.extend({ max_duration: z.int().min(-1).max(1440) });
const status = z.union([status2024, status2026]);

const users = z.looseObject({ session_users: z.array(sessionUser) });
const sessionDelete = z.looseObject({ message: text, session_id: text, custom_id: text.nullish() });
const stopped = (id: string) => z.looseObject({ processable: z.array(z.looseObject({ [id]: text })) });

/** Each operation's described statuses, with their models. */
export const DESCRIBED: Readonly<Record<string, Readonly<Record<number, z.ZodType>>>> = {
  sessionPost: {
    200: z.looseObject({
      session_id: text,
      app: text,
      version: text,
      custom_id: text.nullish(),
      deployment_request_id: text.nullish(),
      webhook_url: text.nullish(),
    }),
    400: error,
    401: error,
    409: error,
  },
  getSession: { 200: sessionGet, 400: error, 401: error },
  sessionDelete: { 200: sessionDelete, 400: error, 401: error, 404: error, 410: error },
  getUsersSession: { 200: users, 400: error, 401: error },
  putUsersSession: { 200: users, 400: error, 401: error, 422: error },
  deleteUsersSession: { 200: users, 400: error, 401: error },
  listSessions: { 200: listOf(sessionContext), 400: error, 401: error },
  sessionsBulkStop: { 200: stopped('session_id'), 400: error, 401: error, 500: error },
  deploymentStop: {
    200: z.looseObject({ message: text, deployment_summary: status.nullish() }),
    202: z.looseObject({ message: text }),
    400: error,
    401: error,
    403: error,
    404: error,
    410: error,
    500: error,
  },
  deploymentsBulkStop: {
    200: stopped('request_id'),
    202: stopped('request_id'),
    400: error,
    401: error,
    500: error,
  },
  listDeployments: { 200: listOf(deploymentRow), 400: error, 401: error, 500: error },
  deploymentStatus: { 200: status, 400: error, 401: error, 404: error, 500: error },
};

/** Members that the description of 2026 took away from a deployment's status and from a row of the list. */
export const GONE_IN_2026 = ['sessions', 'sockets', 'sockets_usage', 'whitelisting_active'];
