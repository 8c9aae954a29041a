/** An error of the hook becomes an answer, without a trace of where it was thrown. */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { failed, unavailable } from '../hook/answers.ts';
import { SecretError } from '../secrets.ts';

const RETRY_AFTER_SECONDS = 30;

/** 503 when a secret could not be read, 500 for anything else. */
export function problems(): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2, Error> {
  return {
    onError: (request) => {
      const { error } = request;
      const result = error instanceof SecretError ? unavailable(0, RETRY_AFTER_SECONDS) : failed();
      request.response = result.answer;
    },
  };
}
