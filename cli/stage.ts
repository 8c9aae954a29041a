/** A deployed stage: the variables of its functions say where everything is. */
import * as v from 'valibot';
import type { Environment } from '../lib/runtime/environment.ts';
import { parseJson } from '../lib/runtime/json.ts';
import { readAs } from '../lib/runtime/schema.ts';
import { findAws } from './aws.ts';
import type { StageFunction } from './world.ts';

const SERVICE = 'session-hooks';
const TIMEOUT_MS = 10_000;

const configuration = v.looseObject({
  Environment: v.looseObject({ Variables: v.record(v.string(), v.string()) }),
});
const refusal = v.looseObject({ message: v.optional(v.string()), Message: v.optional(v.string()) });

/**
 * Reads the variables of a deployed function, with the machine's own AWS credentials
 * (`lambda:GetFunctionConfiguration`).
 * @returns them, and the machine's own variables beside them.
 * @throws Error with what to do where it cannot be read.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export async function readStage(stage: string, of: StageFunction): Promise<Environment> {
  const { env } = process;
  const aws = await findAws(env);
  const { AwsClient } = await import('aws4fetch');
  const { region, accessKeyId, secretAccessKey, sessionToken } = aws;
  const given = { accessKeyId, secretAccessKey, region, service: 'lambda', retries: 2 };
  const client = new AwsClient({ ...given, ...(sessionToken !== undefined && { sessionToken }) });
  const name = `${SERVICE}-${stage}-${of}`;
  const suffix = region.startsWith('cn-') ? '.cn' : '';
  const endpoint =
    env.AWS_ENDPOINT_URL_LAMBDA || env.AWS_ENDPOINT_URL || `https://lambda.${region}.amazonaws.com${suffix}`;
  const address = `${endpoint}/2015-03-31/functions/${encodeURIComponent(name)}/configuration`;
  const answer = await client.fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const json = parseJson(await answer.text());
  const found = answer.ok ? readAs(configuration, json) : undefined;
  if (found === undefined) throw notRead(stage, name, region, answer.status, json);
  const credentials = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return {
    ...env,
    ...found.Environment.Variables,
    ...credentials,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

function notRead(stage: string, name: string, region: string, status: number, body: unknown): Error {
  if (status === 404)
    return new Error(
      `There is no stage ${stage} in ${region}: the function ${name} is not there. Set AWS_REGION?`,
    );
  const { message, Message } = readAs(refusal, body) ?? {};
  return new Error(
    `The stage ${stage} cannot be read: AWS answered ${status}. ${message ?? Message ?? ''}`.trim(),
  );
}
