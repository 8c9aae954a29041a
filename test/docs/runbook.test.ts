/** docs/runbook.md has an entry for each alarm, which the alarm's description links to. */
import { expect, test } from 'vitest';
import alarms from '../../stack/alarms.cjs';
import { projectFile, sectionsOf } from '../support/markdown.ts';

const parameters: Record<string, string> = {
  'param:oldestMessageSeconds': '900',
  'param:userLeftGrace': '10m',
  'param:runbookUrl': 'https://github.com/you/session-hooks/blob/main/docs/runbook.md',
  'param:alarmEmail': '',
};
const { Resources } = await alarms({ resolveVariable: async (name) => parameters[name] });
const properties = new Map(
  Object.entries(Resources).flatMap(([id, resource]): [string, object][] =>
    id.endsWith('Alarm') && 'Properties' in resource ? [[id, resource.Properties]] : [],
  ),
);
const entries = sectionsOf(projectFile('docs/runbook.md')).filter(({ level }) => level === 2);

test('every alarm has an entry, and every entry about an alarm has its alarm', () => {
  const named = entries.filter(({ title }) => title.endsWith('Alarm')).map(({ title }) => title);
  expect(named.length).toBeGreaterThan(10);
  expect(named.toSorted()).toEqual([...properties.keys()].toSorted());
});

test.each([...properties.keys()])('%s: what it means, where to look, what to do', (id) => {
  const text = entries.find(({ title }) => title === id)?.text ?? '';
  const marks = [...text.matchAll(/^\*\*(.+?)\*\* \S/gm)].map(([, mark]) => mark);
  expect(marks).toEqual(['What it means.', 'Look here.', 'Do this.']);
});

test.each([...properties])('%s: its description links to the entry', (id, alarm) => {
  expect(alarm).toMatchObject({
    AlarmDescription: expect.stringContaining(`${parameters['param:runbookUrl']}#${id.toLowerCase()}`),
  });
});

test('it says how to pause everything, to pause the sweep, and to replay', () => {
  const titles = entries.map(({ title }) => title);
  expect(titles).toEqual(expect.arrayContaining(['Pause everything', 'Pause the sweep', 'Replay']));
});

test('a removal that is held back is not late before its time', () => {
  expect(properties.get('EventAgeAlarm')).toMatchObject({ Threshold: (900 + 600) * 1000 });
  expect(properties.get('OldestMessageAlarm')).toMatchObject({ Threshold: 900 + 600 });
});
