/** docs/local-stage.md has every switch and every route of the sandbox, and nothing else. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFaults } from '../../local/sandbox/faults.ts';
import { OPERATIONS } from '../../local/sandbox/models.ts';
import { KIND, VARIED } from '../../local/sandbox/variety/settings.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/local-stage.md');

/** The rows of a section's table: the name in the first column, the value of the second. */
function documented(heading: string): Map<string, unknown> {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| `(\w+)` \| (\S+) \|/gm)];
  return new Map(rows.map(([, name = '', value = '']) => [name, JSON.parse(value)]));
}

test('every switch of the variety, with its default', () => {
  expect(documented('Variety')).toEqual(new Map(Object.entries(VARIED)));
});

test('every fault, with its default', () => {
  const { variety: _, ...faults } = createFaults(KIND).get();
  expect(documented('Faults')).toEqual(new Map(Object.entries(faults)));
});

test('every operation', () => {
  expect(OPERATIONS.filter((operation) => !page.includes(`\`${operation}\``))).toEqual([]);
});

test('every route', () => {
  const inCode = [...read('local/sandbox/control.ts').matchAll(/routes\.(\w+)\('(\/_sandbox\/\w+)'/g)];
  const inPage = [...page.matchAll(/^\| `([A-Z]+) (\/_sandbox\/\w+)` \|/gm)];
  const names = (found: RegExpExecArray[]) =>
    found.map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`);
  expect(names(inCode).length).toBeGreaterThan(8);
  expect(names(inPage).toSorted()).toEqual(names(inCode).toSorted());
});
