/** The template of the stack as it is deployed. */
import { createRequire } from 'node:module';
import * as z from 'zod/mini';

/** What of Serverless' AWS provider is used: its client of CloudFormation, with the credentials of the command. */
export interface CloudFormation {
  naming: { getStackName(): string };
  getCloudFormationClient(): Promise<{ send(command: unknown): Promise<unknown> }>;
}

/** Serverless brings its own SDK; this one takes its commands. */
const requireOfServerless = createRequire(createRequire(import.meta.url).resolve('serverless/package.json'));
const Sdk = z.looseObject({
  GetTemplateCommand: z.custom<new (input: object) => object>((value) => typeof value === 'function'),
});
const Answer = z.looseObject({ TemplateBody: z.string() });

/** Reads the template. undefined: there is no such stack. @throws any other error of CloudFormation. */
export async function deployedTemplate(provider: CloudFormation): Promise<unknown> {
  const { GetTemplateCommand } = Sdk.parse(requireOfServerless('@aws-sdk/client-cloudformation'));
  const client = await provider.getCloudFormationClient();
  try {
    const input = { StackName: provider.naming.getStackName(), TemplateStage: 'Original' };
    return JSON.parse(Answer.parse(await client.send(new GetTemplateCommand(input))).TemplateBody);
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}
