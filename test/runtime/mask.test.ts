/** Secrets that are known are masked in whatever is written. */
import { describe, expect, test, vi } from 'vitest';
import { readApiConfig } from '../../lib/edgegap/config.ts';
import { readHookConfig } from '../../lib/hook/config.ts';
import { readAwsConfig } from '../../lib/runtime/environment.ts';
import { logError, logInfo } from '../../lib/runtime/log.ts';
import { mask, registerSecret } from '../../lib/runtime/mask.ts';
import { createSecretReader } from '../../lib/runtime/secrets.ts';
import { deadLetterMessage } from '../../lib/session-events/dead-letters.ts';
import { sqsRecord } from '../support/records.ts';

const KEY = '0f5e-7c1b/+a9';

describe('a registered secret', () => {
  registerSecret(`token ${KEY}`);
  const texts: [string, string][] = [
    [`authorization: token ${KEY}`, 'authorization: token ***'],
    [`?key=${encodeURIComponent(KEY)}&x=1`, '?key=***&x=1'],
    [`Basic ${Buffer.from(KEY).toString('base64')}`, 'Basic ***'],
    [`${KEY}${KEY}`, '******'],
    ['nothing of the kind', 'nothing of the kind'],
  ];
  test.each(texts)('is masked: %s', (text, masked) => {
    expect(mask(text).replace(/=+$/, '')).toBe(masked);
  });

  test('each secret of a comma-separated list is masked', () => {
    registerSecret('whsec_first1, whsec_second2');
    expect(mask('one whsec_second2, two whsec_first1')).toBe('one ***, two ***');
  });

  test('a secret that contains another is masked whole', () => {
    registerSecret('abcdef');
    registerSecret('abcdef-ghijkl');
    expect(mask('abcdef-ghijkl and abcdef')).toBe('*** and ***');
  });

  test('references, URLs and short texts are not secrets', () => {
    for (const text of ['ssm:/games/api-key', 'secretsmanager:games', 'https://api.edgegap.com', 'abc', ''])
      registerSecret(text);
    const text = 'ssm:/games/api-key secretsmanager:games https://api.edgegap.com abc';
    expect(mask(text)).toBe(text);
  });

  test('is forgotten after 50 others', () => {
    registerSecret('the-oldest-one');
    for (let index = 0; index < 50; index += 1) registerSecret(`a-later-one-${index}`);
    expect(mask('the-oldest-one a-later-one-0 a-later-one-49')).toBe('the-oldest-one *** ***');
  });
});

describe('who reads a secret registers it', () => {
  test('a variable that holds the secret itself', async () => {
    createSecretReader({ variable: 'SESSIONS_API_KEY', value: 'plain-key-1', aws: () => readAwsConfig({}) });
    expect(mask('plain-key-1')).toBe('***');
  });

  test('the configuration of each function, and the credentials of AWS', () => {
    readApiConfig({ SESSIONS_API_KEY: 'token config-key-1' });
    readHookConfig({ HOOK_SIGNING_SECRET: `whsec_${'A'.repeat(32)}`, EVENTS_QUEUE_URL: 'http://q/1' });
    readAwsConfig({
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-1',
      AWS_SESSION_TOKEN: 'aws-session-1',
    });
    expect(mask(`config-key-1 whsec_${'A'.repeat(32)} aws-secret-1 aws-session-1 eu-west-1`)).toBe(
      '*** *** *** *** eu-west-1',
    );
  });
});

describe('whoever writes a text masks it', () => {
  test('log lines, in every field', () => {
    registerSecret('logged-key-1');
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    logInfo('key logged-key-1', { reason: 'it was logged-key-1' });
    logError('failed', { nested: [{ deep: '"logged-key-1"' }], count: 7 });
    const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)));
    write.mockRestore();
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'key ***', reason: 'it was ***' },
      { level: 'ERROR', message: 'failed', nested: [{ deep: '"***"' }], count: 7 },
    ]);
  });

  test('the reason of a dead letter', () => {
    registerSecret('letter-key-1');
    const letter = { record: sqsRecord('{}', 'm'), code: 'REFUSED' };
    for (const reason of ['no letter-key-1', `${'x'.repeat(990)} letter-key-1`]) {
      const { attributes } = deadLetterMessage({ ...letter, reason }, new Date());
      expect(attributes?.ERROR_MESSAGE?.StringValue).toMatch(/ \*\*\*$/);
    }
  });
});
