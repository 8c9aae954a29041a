/** What a deployment is made of: its functions know the queues, the table, the API and where its key is. */
import * as z from 'zod/mini';
import type { Environment } from '../../lib/runtime/environment.ts';
import type { Aws } from './aws.ts';

/** What of a deployed function the console needs. */
export interface DeployedFunction {
  name: string;
  logGroup: string;
  env: Environment;
}

const SERVICE = 'session-hooks';

const configuration = z.looseObject({
  FunctionName: z.string(),
  Environment: z.looseObject({ Variables: z.record(z.string(), z.string()) }),
  LoggingConfig: z.optional(z.looseObject({ LogGroup: z.optional(z.string()) })),
});

/**
 * Reads a function of a stage.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 * @throws Error when there is none, or the credentials may not read it.
 */
export async function readFunction(aws: Aws, stage: string, function_: string): Promise<DeployedFunction> {
  const name = `${SERVICE}-${stage}-${function_}`;
  const answer = await aws.get('lambda', `/2015-03-31/functions/${encodeURIComponent(name)}/configuration`);
  const { success, data } = configuration.safeParse(answer);
  if (!success) throw new Error(`AWS Lambda described ${name} without its variables.`);
  const { Environment: environment, LoggingConfig } = data;
  const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  return { name, logGroup, env: environment.Variables };
}
