/** The parameters of serverless.yml, and the environments that they go into. */
import { projectFile } from './markdown.ts';

const serverless = projectFile('serverless.yml');

/** The default of each parameter; STAGE stands for the stage. */
export function defaultParameters(stage = 'STAGE'): Record<string, string> {
  const [, block = ''] = /^params:\n {2}default:\n((?: {4}.*\n)+)/m.exec(serverless) ?? [];
  return Object.fromEntries(
    [...block.matchAll(/^ {4}(\w+): (.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll("'", '').replace(`\${sls:stage}`, stage),
    ]),
  );
}

/** The variables of each function as they are written. */
export function writtenEnvironments(): Record<string, Record<string, string>> {
  const [, block = ''] = /^functions:\n((?: {2}.*\n|\n)+)/m.exec(serverless) ?? [];
  const functions = [...block.matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n|\n)+)/gm)];
  return Object.fromEntries(
    functions.map(([, name = '', body = '']) => [
      name,
      Object.fromEntries(
        [...body.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)].map(([, variable = '', value = '']) => [
          variable,
          value,
        ]),
      ),
    ]),
  );
}
