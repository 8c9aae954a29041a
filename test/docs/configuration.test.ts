/** docs/configuration.md lists every parameter and every variable, with the defaults that they really have. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError, type Environment } from '../../lib/runtime/environment.ts';
import { localStage } from '../../local-addresses.ts';
import { codeWords, projectFile, sectionsOf, tableRows } from '../support/markdown.ts';
import { defaultParameters } from '../support/parameters.ts';

const page = projectFile('docs/configuration.md');
const serverless = projectFile('serverless.yml');

/** Name and default of each row. The default is undefined where the cell holds words instead of a value. */
function documented(title: string): [name: string, fallback: string | undefined][] {
  return tableRows(page, title).flatMap(([name = '', fallback = '']) =>
    codeWords(name).map((word): [string, string | undefined] => [word, codeWords(fallback)[0]]),
  );
}

const LOCAL = 'The local stage';
const PARAMETERS = 'Deployment parameters';
/** What the functions cannot start without. */
const REQUIRED = {
  SESSIONS_API_KEY: 'a-key',
  HOOK_SIGNING_SECRET: `whsec_${'A'.repeat(32)}`,
  EVENTS_QUEUE_URL: 'https://queue.example',
  DEAD_LETTER_QUEUE_URL: 'https://queue.example',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'key',
};

const ofFunctions = sectionsOf(page)
  .filter(({ title }) => title !== LOCAL && title !== PARAMETERS)
  .flatMap(({ title }) => documented(title));

test('every parameter of serverless.yml is in the table with its default, and no other', () => {
  const parameters = Object.entries(defaultParameters()).map(([name, value]) => [name, value || undefined]);
  expect(parameters.length).toBeGreaterThan(15);
  expect(documented(PARAMETERS).toSorted()).toEqual(parameters.toSorted());
});

describe('variables of the functions', () => {
  const readers = readersOf('lib/');

  test('every variable that the code reads is in a table, and no other', async () => {
    const names = new Set((await readers).flatMap(namesRead));
    expect(names.size).toBeGreaterThan(15);
    // The AWS SDK reads this one.
    names.add('AWS_ENDPOINT_URL_SQS');
    expect(ofFunctions.map(([name]) => name).toSorted()).toEqual([...names].toSorted());
  });

  test('every variable that a deployment sets is in a table', () => {
    const names = [...serverless.matchAll(/^ {6}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(8);
    const known = ofFunctions.map(([name]) => name);
    expect(names.filter((name) => name === undefined || !known.includes(name))).toEqual([]);
  });

  test('a variable that is set to its documented default changes nothing', async () => {
    const defaults = ofFunctions.filter(([, fallback]) => fallback !== undefined);
    expect(defaults.length).toBeGreaterThan(8);
    for (const read of await readers)
      expect(read({ ...REQUIRED, ...Object.fromEntries(defaults) })).toEqual(read(REQUIRED));
  });
});

describe('variables of the local stage', () => {
  test('every one is in the table, and no other', () => {
    const names = new Set(
      projectFile('local-addresses.ts').match(/\bLOCAL_([A-Z]+_(PORT|SECONDS)|PORT_BASE)\b/g),
    );
    expect(
      documented(LOCAL)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual([...names].toSorted());
  });

  test('each has its documented default', () => {
    expect(localStage(Object.fromEntries(documented(LOCAL)))).toEqual(localStage({}));
  });
});

type Reader = (env: Environment) => unknown;

/** Every exported `read…Config` below a folder: these functions read the environment. */
async function readersOf(folder: string): Promise<Reader[]> {
  const base = new URL(`../../${folder}`, import.meta.url);
  const files = readdirSync(base, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(sources.map((file) => import(new URL(file, base).href)));
  return modules.flatMap((module: Record<string, unknown>) =>
    Object.entries(module).flatMap(([name, value]) =>
      /^read\w+Config$/.test(name) && typeof value === 'function'
        ? [(env: Environment): unknown => value(env)]
        : [],
    ),
  );
}

/** The variables that a function asks for, in an empty environment and in one that has what is required. */
function namesRead(read: Reader): string[] {
  const names = new Set<string>();
  for (const values of [{}, REQUIRED]) {
    const env: Environment = new Proxy(values, {
      get(target, name) {
        names.add(String(name));
        return Reflect.get(target, name);
      },
    });
    try {
      read(env);
    } catch (error) {
      // In the empty environment a variable is missing; which ones were asked for is what counts.
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return [...names];
}
