/** The check of a deployment's parameters. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import rates from '../../stack/api-rates.cjs';
import { nearest } from '../../stack/nearest.ts';
import { unknownNames, wrongValues } from '../../stack/parameters.ts';
import { projectFile } from '../support/markdown.ts';
import { defaultParameters, writtenEnvironments } from '../support/parameters.ts';

const defaults = defaultParameters('prod');
const environments = writtenEnvironments();
const problems = (given: Record<string, string>) =>
  wrongValues({ ...defaults, ...given }, 'prod', environments);

test('the defaults are right', () => {
  expect(Object.keys(defaults).length).toBeGreaterThan(25);
  expect(problems({})).toEqual([]);
});

test.each(Object.keys(defaults))(
  '%s: a value that makes no sense is refused by the name of the parameter',
  (name) => {
    const found = problems({ [name]: '< nonsense,' });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name} `));
  },
);

test.each([
  ['sweepMode', 'dry', 'sweepMode has the invalid value "dry". Expected report or stop.'],
  [
    'userLeftGrace',
    '2h',
    'userLeftGrace has the invalid value "2h". Expected a whole number with a unit, 0s to 60m.',
  ],
  [
    'batchSize',
    '20000',
    'batchSize has the invalid value "20000". Expected a whole number of records, 1 to 10000.',
  ],
  [
    'apiRate',
    '0.4',
    'apiRate has the invalid value "0.4". Expected a number of requests a second, 0.5 to 1000.',
  ],
  ['memoryDays', '10', 'memoryDays has the invalid value "10". Expected a whole number of days, 15 to 365.'],
  [
    'apiUrl',
    'api.edgegap.com',
    'apiUrl has the invalid value "api.edgegap.com". Expected a base URL such as https://api.edgegap.com.',
  ],
])('%s=%s', (name, value, problem) => {
  expect(problems({ [name]: value })).toEqual([problem]);
});

test('all problems are found at once', () => {
  expect(problems({ sweepMode: 'dry', batchSize: '0', apiKey: 'a-key', topicArn: 'events' })).toHaveLength(4);
});

test.each([
  ['alarmEmail', 'ops@example.com'],
  ['eventBus', 'default'],
  ['eventBus', 'arn:aws:events:eu-central-1:123456789012:event-bus/games'],
  ['topicArn', 'arn:aws:sns:eu-central-1:123456789012:events'],
  ['tags', 'team=live-ops,cost center=42'],
  ['rolePath', '/games/hooks/'],
  ['permissionsBoundary', 'arn:aws:iam::123456789012:policy/boundary'],
  ['hookSecret', 'ssm:/session-hooks/prod/hook-secret-new, ssm:/session-hooks/prod/hook-secret'],
  ['apiKey', 'secretsmanager:session-hooks/prod/api-key'],
  [
    'apiKey',
    'secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:session-hooks/prod/api-key-a1b2c3',
  ],
  ['edgegapToken', 'ssm:/session-hooks/prod/edgegap-token'],
  ['sweepProtect', 'deployment:abc,tag:eu-*'],
  ['sweepMaxAge', '6h'],
])('%s=%s is right', (name, value) => {
  expect(problems({ [name]: value })).toEqual([]);
});

describe('secrets', () => {
  const WRITTEN: [string, string, string][] = [
    ['apiKey', 'token 9b1c7a42-secret', 'api-key'],
    ['hookSecret', `whsec_${'A'.repeat(40)}`, 'hook-secret'],
    ['hookSecret', `{"matchmaker":"whsec_${'B'.repeat(40)}"}`, 'hook-secret'],
    ['edgegapToken', 'abcdefghijklmnop1234', 'edgegap-token'],
    ['photonSecret', 'abcdefghijklmnop5678', 'photon-secret'],
  ];

  test.each(WRITTEN)(
    '%s that is written out is refused, is not shown, and the text says what to do',
    (name, value, secret) => {
      const [problem = '', ...others] = problems({ [name]: value });
      expect(others).toEqual([]);
      expect(problem).not.toContain(value.slice(6, 16));
      expect(problem).toContain(`--name /session-hooks/prod/${secret} `);
      expect(problem).toContain(`${name}=ssm:/session-hooks/prod/${secret}`);
    },
  );

  test('a reference that the function may not read is refused', () => {
    expect(problems({ apiKey: 'ssm:/my/key' })).toEqual([
      'apiKey refers to ssm:/my/key, which the function may not read. Store it under a name that begins with /session-hooks/prod/api-key.',
    ]);
    expect(problems({ apiKey: 'ssm:/session-hooks/staging/api-key' })).toHaveLength(1);
  });
});

describe('the rate that each function gets', () => {
  test.each([
    [10, 2, { sessionEvents: 4, sweep: 2 }],
    [25, 5, { sessionEvents: 4, sweep: 5 }],
    [12, 2, { sessionEvents: 4, sweep: 4 }],
    [100, 10, { sessionEvents: 8, sweep: 20 }],
    [10, 16, { sessionEvents: 0.5, sweep: 2 }],
    [1, 2, { sessionEvents: 0.4, sweep: 0.2 }],
  ])('apiRate=%s, maximumConcurrency=%s', (apiRate, maximumConcurrency, expected) => {
    expect(rates.shares({ apiRate, maximumConcurrency })).toEqual(expected);
  });

  test('above 1 it is whole, because the client rounds a fraction down; together they stay within the rate', () => {
    for (let apiRate = 0.5; apiRate <= 60; apiRate += 0.5)
      for (let maximumConcurrency = 2; maximumConcurrency <= 20; maximumConcurrency += 1) {
        const { sessionEvents, sweep } = rates.shares({ apiRate, maximumConcurrency });
        for (const rate of [sessionEvents, sweep]) expect(rate < 1 || Number.isInteger(rate)).toBe(true);
        expect(sessionEvents * maximumConcurrency + sweep).toBeLessThanOrEqual(apiRate + 0.02);
      }
  });

  test('a share that the client cannot keep to is refused, with the concurrency that works', () => {
    const [problem, ...others] = problems({ maximumConcurrency: '1000' });
    expect(others).toEqual([]);
    expect(problem).toContain('into 0.008 requests a second');
    expect(problem).toContain('at most 80');
    expect(problems({ maximumConcurrency: '80' })).toEqual([]);
    expect(problems({ maximumConcurrency: '81' })).toHaveLength(1);
  });
});

describe('names', () => {
  const known = Object.keys(defaults);

  test('one that is not a parameter is refused with the one that it resembles', () => {
    expect(unknownNames(['alarmMail', 'sweepMode', 'xyz'], known, 'stages/prod.yml')).toEqual([
      'alarmMail (in stages/prod.yml) is not a parameter. Did you mean alarmEmail?',
      'xyz (in stages/prod.yml) is not a parameter. docs/configuration.md lists all of them.',
    ]);
  });

  test.each([
    ['alarmmail', 'alarmEmail'],
    ['apirate', 'apiRate'],
    ['sweepmaxstop', 'sweepMaxStops'],
    ['hookSecrets', 'hookSecret'],
    ['SweepMode', 'sweepMode'],
    ['color', undefined],
  ])('%s: %s', (wrong, right) => {
    expect(nearest(wrong, known)).toBe(right);
  });
});

test('every reader that a function calls when it starts is one of the check', () => {
  const check = projectFile('stack/parameters.ts');
  for (const file of readdirSync(new URL('../../functions/', import.meta.url))) {
    const [, readers = ''] = new RegExp(`'?${file.replace('.ts', '')}'?: \\[(.*)\\]`).exec(check) ?? [];
    const called = projectFile(`functions/${file}`).matchAll(/\b(read(?!Aws)\w+Config)\(/g);
    const missing = [...called].filter(([, reader = '']) => !readers.split(', ').includes(reader));
    expect(missing.map(([call]) => call)).toEqual([]);
  }
});
