/** An error of the hook becomes an answer, without a trace of where it was thrown, and is counted. */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { SecretError } from '../runtime/secrets.ts';
import { failed, unavailable } from './answers.ts';
import { routeOf } from './request.ts';
import { tellHook } from './telemetry.ts';

const RETRY_AFTER_SECONDS = 30;

/** 503 when a secret could not be read, 500 for anything else. */
export function problems(): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2, Error> {
  return {
    onError: (request) => {
      const { error, event, context } = request;
      const result = error instanceof SecretError ? unavailable(0, RETRY_AFTER_SECONDS) : failed();
      tellHook(result, routeOf(event), context.functionName);
      request.response = result.answer;
    },
  };
}
