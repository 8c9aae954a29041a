/**
 * Chromium, as Debian packages it (`apt-get install chromium`). On a developer's machine without it, tests are skipped;
 * in CI (`CI` is set) they run and fail.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';
const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** Why browser tests are skipped; undefined: they run. */
export const whyNoBrowser =
  existsSync(PROGRAM) || process.env.CI ? undefined : `${PROGRAM} is not installed: apt-get install chromium`;

/** Starts a browser that asks nobody else for anything. */
export async function launchBrowser() {
  return await chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}

/** What axe finds wrong with the page: the rule and the elements. @param rules default: all */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(`${axe};0`);
  const violations: unknown =
    await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then((found) =>
    found.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`);
  if (!Array.isArray(violations)) throw new Error('axe did not run.');
  return violations.map(String);
}
