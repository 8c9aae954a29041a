/** The sandbox's rate limits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../local/sandbox/index.ts';
import { createTokenBucket } from '../../local/sandbox/rate.ts';
import { call, message } from '../support/sandbox.ts';

async function withSandbox(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<void>) {
  const sandbox = await startSandbox({ kind: true, ...options });
  try {
    await work(sandbox);
  } finally {
    await sandbox.stop();
  }
}

describe('the rate limit', () => {
  test('past the burst a request gets 429 with Retry-After; half a second later one is served again', async () => {
    let now = 0;
    await withSandbox({ rate: 2, clock: () => now }, async (sandbox) => {
      const list = () => call(sandbox, 'GET', '/v1/sessions');
      expect([(await list()).status, (await list()).status]).toEqual([200, 200]);
      const refused = await list();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
      expect(refused.body).toEqual(message);
      expect((await call(sandbox, 'GET', '/_sandbox/state')).status).toBe(200);
      now = 500;
      expect((await list()).status).toBe(200);
    });
  });

  test('the list of deployments has its own 10 a second, a status its own 20', async () => {
    await withSandbox({ rate: 1, clock: () => 0 }, async (sandbox) => {
      sandbox.store.deployments.add([{ request_id: 'd1' }]);
      const served = async (path: string): Promise<number> => {
        const answers = await Promise.all(Array.from({ length: 25 }, () => call(sandbox, 'GET', path)));
        return answers.filter(({ status }) => status === 200).length;
      };
      expect(await served('/v1/deployments')).toBe(10);
      expect(await served('/v1/status/d1')).toBe(20);
      expect(await served('/v1/sessions')).toBe(1);
    });
  });

  test('never more than burst + rate × time is served, whatever the arrivals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (rate, gaps) => {
          let now = 0;
          const bucket = createTokenBucket(rate, rate, () => now);
          let served = 0;
          for (const gap of gaps) {
            now += gap;
            if (bucket.take().ok) served += 1;
          }
          expect(served).toBeLessThanOrEqual(rate + (rate * now) / 1000);
        },
      ),
    );
  });

  test.each([0, -1, Number.NaN])('a rate of %d is refused', async (rate) => {
    await expect(startSandbox({ rate })).rejects.toThrow(RangeError);
  });
});
