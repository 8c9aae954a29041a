/** A request as API Gateway's HTTP API hands it to a function (payload format 2.0). */
import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import { readAs } from '../runtime/schema.ts';

/** A request, read. */
export interface HookRequest {
  /** Such as `POST /hooks/{source}`. */
  route: string;
  /** The variable segments of the path. */
  path: Readonly<Record<string, string | undefined>>;
  /** By lower-case name; API Gateway joins repeated ones with commas. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The bytes that arrived. */
  body: Buffer;
}

const texts = v.record(v.string(), v.optional(v.string()));
const requestSchema = v.looseObject({
  routeKey: v.string(),
  headers: texts,
  pathParameters: v.nullish(texts),
  body: v.nullish(v.string()),
  isBase64Encoded: v.nullish(v.boolean()),
});

/**
 * Reads the event of an invocation.
 * @throws ValiError for anything that API Gateway does not send.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function readRequest(event: unknown): HookRequest {
  const { routeKey, headers, pathParameters, body, isBase64Encoded } = v.parse(requestSchema, event);
  return {
    route: routeKey,
    path: pathParameters ?? {},
    headers,
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** The route of an event that may be anything, for the report of a failure. */
export function routeOf(event: unknown): string {
  return readAs(v.looseObject({ routeKey: v.string() }), event)?.routeKey ?? 'unknown';
}

/** The text of a body; undefined where it is not UTF-8. */
export function textOf(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString() : undefined;
}

/** Whether the content type says that the body is JSON, in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return (
    /^application\/([\w.-]+\+)?json$/.test(type) &&
    [undefined, 'charset=utf-8', 'charset="utf-8"'].includes(charset)
  );
}
