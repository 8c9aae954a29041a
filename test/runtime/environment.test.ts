/** Variables: what a wrong one says, and what it never shows. */
import { describe, expect, test, vi } from 'vitest';
import { readApiConfig } from '../../lib/edgegap/config.ts';
import { readHookConfig } from '../../lib/hook/config.ts';
import { ConfigError } from '../../lib/runtime/environment.ts';
import { readQueueConfig } from '../../lib/session-events/config.ts';

const KEY = '7d1f4c9e-0b5a-4b57-9c0e-6a2f1d3e8b90';

function problem(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  throw new Error('nothing was wrong');
}

describe('a wrong value is named, with what it is and what is expected', () => {
  const wrong: [Record<string, string>, string][] = [
    [{ SESSIONS_API_KEY: '' }, 'SESSIONS_API_KEY is not set. Set it to your API key'],
    [
      { API_RATE: 'ten' },
      'API_RATE has the invalid value "ten". Expected a number of requests a second, 0.1 to 1000.',
    ],
    [
      { API_TIMEOUT_MS: '1' },
      'API_TIMEOUT_MS has the invalid value "1". Expected a whole number of milliseconds, 100',
    ],
    [
      { SESSIONS_API_URL: 'api.edgegap.com' },
      'SESSIONS_API_URL has the invalid value "api.edgegap.com". Expected',
    ],
    [{ SESSIONS_API_URL: 'htps://api.edgegap.com' }, 'has the invalid value "htps://api.edgegap.com"'],
  ];
  test.each(wrong)('%j', (env, message) => {
    expect(problem(() => readApiConfig({ SESSIONS_API_KEY: KEY, ...env }))).toContain(message);
  });

  test('all of them are named at once', () => {
    expect(problem(() => readApiConfig({ API_RATE: '0', API_CONCURRENCY: 'x' }))).toMatch(
      /SESSIONS_API_KEY.*API_RATE.*API_CONCURRENCY/,
    );
  });

  test('each of them is a text of its own, which begins with the variable and shows no secret', () => {
    const env = { SESSIONS_API_KEY: KEY, API_RATE: KEY, SESSIONS_API_URL: KEY };
    const problems = vi.fn(() => readApiConfig(env));
    expect(problems).toThrow(ConfigError);
    const [{ value: error } = { value: undefined }] = problems.mock.results;
    const texts: string[] = error instanceof ConfigError ? [...error.problems] : [];
    expect(texts.map((text) => text.split(' ', 1).join())).toEqual(['SESSIONS_API_URL', 'API_RATE']);
    expect(texts.join()).not.toContain(KEY);
  });
});

describe('no message shows a secret', () => {
  const url = 'https://api.edgegap.com';
  const swapped: [string, Record<string, string>, (env: Record<string, string>) => unknown][] = [
    ['the URL and the key swapped', { SESSIONS_API_URL: KEY, SESSIONS_API_KEY: url }, readApiConfig],
    ['the key in both', { SESSIONS_API_URL: KEY, SESSIONS_API_KEY: KEY }, readApiConfig],
    [
      'the key in both, once with its prefix',
      { SESSIONS_API_URL: `token ${KEY}`, SESSIONS_API_KEY: KEY },
      readApiConfig,
    ],
    [
      'the key in the URL’s query',
      { SESSIONS_API_URL: `${url}?token=${KEY}`, SESSIONS_API_KEY: KEY },
      readApiConfig,
    ],
    ['the key in the URL’s query alone', { SESSIONS_API_URL: `${url}?token=${KEY}` }, readApiConfig],
    [
      'the key as the URL’s credentials',
      { SESSIONS_API_URL: `https://token:${KEY}@api.edgegap.com` },
      readApiConfig,
    ],
    ['the key as a rate', { API_RATE: KEY, SESSIONS_API_KEY: `token ${KEY}` }, readApiConfig],
    ['a key that is wrong', { SESSIONS_API_KEY: `${KEY}\u00e9` }, readApiConfig],
    ['a signing secret that is wrong', { HOOK_SIGNING_SECRET: `whsec-${KEY}` }, readHookConfig],
    ['a secret in place of a queue’s URL', { EVENTS_QUEUE_URL: KEY }, readQueueConfig],
  ];
  test.each(swapped)('%s', (_, env, read) => {
    const message = problem(() => read(env));
    expect(message).not.toContain(KEY.slice(0, 8));
    expect(message).not.toContain(KEY.slice(-8));
    expect(message).toContain(Object.keys(env)[0]);
  });

  test('swapped, both variables are named', () => {
    const message = problem(() => readApiConfig({ SESSIONS_API_URL: KEY, SESSIONS_API_KEY: url }));
    expect(message).toMatch(/SESSIONS_API_KEY has an invalid value.*SESSIONS_API_URL has an invalid value/);
  });
});
