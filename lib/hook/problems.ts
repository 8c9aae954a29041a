/** An error of the hook becomes an answer, without a trace of where it was thrown, and is reported. */
import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { SecretError } from '../runtime/secrets.ts';
import { answerOf, failed, secretUnavailable } from './answers.ts';
import { reportHook } from './report.ts';
import { routeOf } from './request.ts';

/** 503 when a secret could not be read, 500 for anything else. */
export function problems(): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2, Error> {
  const onError = (request: Request<unknown, APIGatewayProxyStructuredResultV2, Error>): void => {
    const { error, event, context } = request;
    const outcome = error instanceof SecretError ? secretUnavailable() : failed();
    reportHook({ ...outcome, route: routeOf(event) }, context.functionName);
    request.response = answerOf(outcome);
  };
  return { onError };
}
