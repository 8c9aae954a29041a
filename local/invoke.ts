/** Invokes a function through the Lambda API of serverless-offline. */
import * as z from 'zod/mini';

const FunctionFailure = z.looseObject({ errorMessage: z.string() });

/**
 * An invoker of one function. It throws what the function threw, by its message.
 * @param url of serverless-offline's Lambda API.
 * @param signal gives every invocation up.
 */
export function createInvoke(url: string, functionName: string, signal: AbortSignal) {
  return async (event: object): Promise<unknown> => {
    const answer = await fetch(`${url}/2015-03-31/functions/${functionName}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal,
    });
    const text = await answer.text();
    const body = text === '' ? undefined : JSON.parse(text);
    if (answer.ok && !answer.headers.has('x-amz-function-error')) return body;
    const failure = FunctionFailure.safeParse(body);
    throw new Error(
      failure.success ? failure.data.errorMessage : `${functionName} answered ${answer.status}`,
    );
  };
}
