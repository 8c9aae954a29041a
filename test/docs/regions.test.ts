/** The commands of the pages reach one region, the same for the AWS CLI and for Serverless. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectFile } from '../support/markdown.ts';

const pages = [
  'README.md',
  ...readdirSync(new URL('../../docs/', import.meta.url)).map((file) => `docs/${file}`),
];
const blocks = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    [...projectFile(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ page, text })),
  );
/** What reaches AWS; the local stage has an address of its own. */
const reaching = blocks.filter(
  ({ text }) => /\baws |npx serverless|npm run deploy\b/.test(text) && !text.includes('--endpoint-url'),
);

test.each(reaching)('$page: a block that reaches AWS begins with its region', ({ text }) => {
  const [first = ''] = text.split('\n');
  expect(first).toMatch(/^export AWS_REGION=eu-central-1/);
  // Version 1 of the AWS CLI reads this one only.
  if (/\baws /.test(text)) expect(first).toContain(' AWS_DEFAULT_REGION=eu-central-1');
});

test('there are such blocks', () => {
  expect(reaching.length).toBeGreaterThan(5);
});
