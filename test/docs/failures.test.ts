/** docs/failures.md explains every error code. */
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../lib/runtime/codes.ts';
import { projectFile, sectionsOf } from '../support/markdown.ts';

const codes = sectionsOf(projectFile('docs/failures.md')).filter(({ level }) => level === 3);

test('the page has one section for each code of the list, and no other', () => {
  const listed = ERROR_CODES.map((code) => `\`${code}\``);
  expect(codes.map(({ title }) => title).toSorted()).toEqual(listed.toSorted());
});

test.each(codes)('$title: what happened, what becomes of the event, what to do', ({ text }) => {
  const answers = [...text.matchAll(/^\*\*(.+?)\.\*\* \S.{10}/gm)].map(([, question]) => question);
  expect(answers).toEqual(['What happened', 'The event', 'What to do']);
});
