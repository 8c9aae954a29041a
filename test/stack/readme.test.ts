/** What the README promises about configuration is what there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const readme = read('README.md');

test('every parameter of a deployment is in the table', () => {
  const [, block = ''] = /^params:\n {2}default:\n((?: {4}.*\n)+)/m.exec(read('serverless.yml')) ?? [];
  const names = [...block.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test('every variable that a deployment sets is in the table', () => {
  const names = [...read('serverless.yml').matchAll(/^ {6}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test('every script of package.json that a person runs is named', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
  const text = readme + read('docs/deploy.md') + read('CONTRIBUTING.md');
  const missing = Object.keys(scripts).filter(
    (name) => !text.includes(`npm run ${name}`) && !text.includes(`npm ${name}`),
  );
  expect(missing).toEqual([]);
});
