/** The README's table of events lists what the registry knows, and each type has a sample. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventTypes } from '../../events/registry.ts';
import { generateSchemas } from '../../events/schemas/generate.ts';
import { codeWords, projectFile, tableRows } from '../support/markdown.ts';

const rows = tableRows(projectFile('README.md'), 'Events');

test('the table has a row for each type of the registry, and no other', () => {
  expect(rows.map(([type]) => type)).toEqual([...eventTypes.keys()].map((name) => `\`${name}\``));
});

test.each(rows)('%s: the row names every member of the data, and no other', (type, data = '') => {
  const schema = generateSchemas().get(`${type.replaceAll('`', '')}.json`);
  expect(schema).toHaveProperty('properties.data.properties', expect.any(Object));
  const { properties } = JSON.parse(JSON.stringify(schema)).properties.data;
  const words = JSON.stringify(properties).matchAll(/"enum":\[([^\]]*)\]/g);
  const values = [...words].flatMap(([, list = '']) =>
    [...list.matchAll(/"(\w+)"/g)].map(([, one = '']) => one),
  );
  expect(codeWords(data).toSorted()).toEqual([...Object.keys(properties), ...values].toSorted());
});

test.each([...eventTypes.keys()])('%s has a sample', (type) => {
  const sample = new URL(`../../events/samples/${type.replace('.', '-')}.json`, import.meta.url);
  expect(existsSync(sample)).toBe(true);
});
