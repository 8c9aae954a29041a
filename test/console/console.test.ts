/**
 * The console as a person uses it: in Chromium, on the local stage. One stage and one browser for all tests, which
 * follow one another.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION, localStage } from '../../local-addresses.ts';
import { axeViolations, launchBrowser, whyNoBrowser } from '../support/browser.ts';
import { auditLine, batchLine, startTestConsole } from '../support/console.ts';
import { portVariables, spawnLocalStage } from '../support/local-stage.ts';

if (whyNoBrowser !== undefined) console.warn(`The tests of the console are skipped: ${whyNoBrowser}`);

const VIEWS = ['flow', 'batches', 'sessions', 'deployments', 'dead-letters', 'sweep', 'send', 'faults'];
/** A page that runs this in spite of all has an alert. */
const SCRIPT = '<img src=x onerror=alert(1)><script>alert(1)</script>';

describe.skipIf(whyNoBrowser !== undefined)('the console', () => {
  let browser: Browser;
  let page: Page;
  let stage: ReturnType<typeof spawnLocalStage>;
  let url: string;
  let addresses: ReturnType<typeof localStage>;
  const errors: string[] = [];

  beforeAll(async () => {
    const ports = await portVariables();
    addresses = localStage(ports);
    stage = spawnLocalStage(ports);
    browser = await launchBrowser();
    await stage.says(/is ready/);
    url = /Console +(\S+)/.exec(stage.output())?.[1] ?? '';
    page = await browser.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('dialog', (dialog) => errors.push(`${dialog.message()} was run`));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(url).origin)) errors.push(`${request.url()} was requested`);
    });
    await page.goto(url);
    await page.getByText('live', { exact: true }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    stage?.kill();
  });

  const open = async (view: string): Promise<void> => {
    await page.evaluate(`location.assign('#/${view}')`);
  };
  const sendEvent = async (type: string, sessionId: string): Promise<void> => {
    await open('send');
    await page.getByLabel('Type').selectOption(type);
    await page.getByLabel('session_id', { exact: true }).fill(sessionId);
    await page.getByRole('button', { name: `Send ${type}` }).click();
  };

  test('its address in the banner has a token, which the page takes out of it', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}$/);
    expect(page.url()).toBe(`${new URL(url).origin}/#/flow`);
    const stranger = await browser.newPage();
    await stranger.goto(`${new URL(url).origin}/#/flow`);
    await stranger.getByText('This address has no token.').waitFor();
    await stranger.close();
  });

  test('a storm is seen arriving, and a batch shows which events became which calls', async () => {
    await open('send');
    await page.getByLabel('Matches').selectOption('10');
    await page.getByRole('button', { name: 'Start the storm' }).click();
    await open('flow');
    await page.locator('.numbers div', { hasText: 'Events in' }).getByText('110', { exact: true }).waitFor();
    await page.getByText('the queue is empty').waitFor();
    await open('batches');
    // In the middle, beside the link: the whole row opens.
    await page.locator('tbody tr').first().click();
    await page.locator('.steps li.call', { hasText: 'bulk stop' }).first().waitFor();
    const settled = page.locator('.steps li.no-call').first();
    await settled.locator('summary', { hasText: 'user.left' }).click();
    expect(await settled.textContent()).toMatch(/no callabsorbed.*storm-\d+-\d+-left-\d/s);
  });

  test('an event is sent by its form, which says what is wrong; its session then has a history', async () => {
    await sendEvent('match.ended', '../x');
    await page.getByText('must be 1 to 128 of').waitFor();
    await page.getByLabel('session_id', { exact: true }).fill('abc123-s');
    await page.getByRole('button', { name: 'Send match.ended' }).click();
    await page.getByText('Sent match.ended.').waitFor();
    await open('sessions/abc123-s');
    await page.locator('.why', { hasText: /Deleted .* by match\.ended, event/ }).waitFor();
    await page.locator('.history', { hasText: /delete session done by match\.ended/ }).waitFor();
  });

  test('a session is deleted after a question that names it, and not without', async () => {
    await open('sessions/abc125-s');
    const button = page.getByRole('button', { name: 'Delete session…' });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Delete session abc125-s?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button.click();
    await dialog.getByRole('button', { name: 'Delete session' }).click();
    await page.getByText('Session abc125-s is deleted.').waitFor();
    await page.getByText('The API does not know this session').waitFor();
  });

  test('a fault is switched on, and its effect is seen', async () => {
    await open('faults');
    await page.getByRole('switch', { name: 'Rejected key' }).click();
    await page.getByText('of the sandbox API; 1 on').waitFor();
    await sendEvent('match.ended', 'abc124-s');
    await open('batches');
    await page.locator('tbody tr', { hasText: '1 retried' }).getByRole('link').first().click();
    await page.getByRole('link', { name: 'UNAUTHORIZED' }).first().click();
    await page.getByRole('heading', { name: 'What to do' }).waitFor();
    await open('faults');
    await page.getByRole('button', { name: 'All off' }).click();
    await page.getByText('of the sandbox API; all are off').waitFor();
  });

  test('a dead letter is shown as text, and redriven: its session goes', async () => {
    const client = new SQSClient({
      endpoint: addresses.sqsUrl,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    const event = { type: 'match.ended', data: { session_id: 'f68e0110-s' }, source: SCRIPT };
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const letter = new SendMessageCommand({
      QueueUrl: addresses.deadLetterQueueUrl,
      MessageBody: JSON.stringify(event),
      MessageAttributes: { ERROR_CODE: text('NOT_FOUND'), ERROR_MESSAGE: text(SCRIPT) },
    });
    await client.send(letter);
    client.destroy();
    await open('dead-letters');
    await page.locator('tbody tr').getByRole('link').first().click();
    await page.locator('pre', { hasText: SCRIPT }).waitFor();
    await page.locator('.detail').getByRole('button', { name: 'Redrive one…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('Sent back 1 dead letter.').waitFor();
    await page.getByText('No dead letters.').waitFor();
    await open('sessions/f68e0110-s');
    await page.locator('.why', { hasText: 'match.ended' }).waitFor();
  });

  test('a reset, after a question, brings the first evening back: who deleted a session is forgotten', async () => {
    await open('faults');
    await page.getByRole('button', { name: 'Reset the stage…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
    await page.getByText('The stage is back at its first evening.').waitFor();
    await open('sessions/abc123-s');
    await page.getByRole('button', { name: 'Delete session…' }).waitFor();
    expect(await page.locator('.why').count()).toBe(0);
  });

  test('axe finds nothing in any view, no contrast is too low in the other theme, and 360 px are enough', async () => {
    for (const view of [...VIEWS, 'sessions/abc123-s', 'failures/REFUSED']) {
      await open(view);
      await page.locator('h2').waitFor();
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await axeViolations(page), view).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axeViolations(page, ['color-contrast']), view).toEqual([]);
      await page.setViewportSize({ width: 360, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(360);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  });

  test('dark and light follow the system', async () => {
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect([light, await background()]).toEqual(['rgb(247, 248, 250)', 'rgb(20, 23, 28)']);
  });

  test('nothing failed in the page, and it asked nobody but the console', () => {
    expect(errors).toEqual([]);
  });

  test('1,000 batches and 10,000 sessions: only what can be seen is in the page', async (context: TestContext) => {
    const { url: address, feed, sandbox } = await startTestConsole(context);
    sandbox.store.add(Array.from({ length: 10_000 }, (_, index) => ({ session_id: `s-${index}` })));
    for (let index = 0; index < 1000; index += 1) {
      feed.push(auditLine(`r-${index}`, { operation: 'sessionDelete', targets: [`s-${index}`], call: 1 }));
      feed.push(batchLine(`r-${index}`, { done: 1, absorbed: 10 }));
    }
    const large = await browser.newPage();
    context.onTestFinished(() => large.close());
    await large.addInitScript(`globalThis.longTasks = [];
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
        .observe({ type: 'longtask' });`);
    await large.goto(address);
    await large.evaluate(`location.assign('#/batches')`);
    await large.getByText('the newest 1,000').waitFor();
    await large.evaluate(`location.assign('#/sessions')`);
    await large.getByText('10,000 sessions', { exact: true }).waitFor();
    const rows = large.locator('tbody tr:not(.gap)');
    expect(await rows.count()).toBeLessThan(60);
    await large.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await large.getByRole('link', { name: 's-9999' }).waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await large.getByLabel('Search').fill('s-777');
    await large.getByRole('link', { name: 's-7777' }).waitFor();
    const longTasks = await large.evaluate<number[]>('longTasks');
    console.info(`1,000 batches, 10,000 sessions: long tasks of ${longTasks.join(', ') || 'no'} ms`);
  });
});
