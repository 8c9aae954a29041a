/** docs/operating.md explains every alarm, metric and log line. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import alarms from '../../stack/alarms.cjs';
import dashboard from '../../stack/dashboard.cjs';
import { codeWords, projectFile, tableRows } from '../support/markdown.ts';

const page = projectFile('docs/operating.md');
const firstColumn = (title: string): string[] =>
  tableRows(page, title).flatMap(([cell = '']) => codeWords(cell));

const variables = { resolveVariable: async () => '900' };
const { Resources } = await alarms(variables);
const board = JSON.stringify(await dashboard(variables));
const source = readdirSync(new URL('../../lib/', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => projectFile(`lib/${file}`))
  .join('\n');

test('every alarm of the stack is in the table, and no other', () => {
  const ids = Object.keys(Resources).filter((id) => /Alarm$/.test(id));
  expect(ids.length).toBeGreaterThan(5);
  expect(firstColumn('Alarms').toSorted()).toEqual(ids.toSorted());
});

test('every metric of the dashboard and the alarms is in the table', () => {
  const onBoard = board.matchAll(/SessionHooks\\",\\"(\w+)/g);
  const inAlarms = JSON.stringify(Resources).matchAll(/"SessionHooks","MetricName":"(\w+)"/g);
  const names = [...onBoard, ...inAlarms].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => name === undefined || !firstColumn('Metrics').includes(name))).toEqual([]);
});

test('every metric in the table is one that the code writes', () => {
  expect(firstColumn('Metrics').filter((name) => !source.includes(`${name}: `))).toEqual([]);
});

test('every log line of the code is in the table, and no other', () => {
  const messages = new Set(
    [...source.matchAll(/log(?:Info|Error)\(\s*'([^']+)'/g)].map(([, message]) => message),
  );
  expect(messages.size).toBeGreaterThan(8);
  const listed = firstColumn('Logs');
  expect([...messages].filter((message) => message === undefined || !listed.includes(message))).toEqual([]);
  expect(listed.filter((message) => !source.includes(`'${message}'`))).toEqual([]);
});
