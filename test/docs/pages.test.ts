/** The pages lead to what exists, and are easy to read in a terminal. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { codeWords, projectFile, sectionsOf, withoutCode } from '../support/markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LONGEST_LINE = 110;
const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const pages = ['', 'docs/'].flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((file) => (file.endsWith('.md') ? [folder + file] : [])),
);

test('the README shows a first command within 40 lines, and has less than 150', () => {
  const lines = projectFile('README.md').split('\n');
  expect(lines.indexOf('```sh')).toBeGreaterThan(0);
  expect(lines.indexOf('```sh')).toBeLessThan(40);
  expect(lines.length).toBeLessThan(150);
});

test('every script of package.json is named', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(projectFile('package.json'));
  const text = pages.map(projectFile).join('\n');
  const missing = Object.keys(scripts).filter((name) => !new RegExp(`npm (run )?${name}\\b`).test(text));
  expect(missing).toEqual([]);
});

describe.each(pages)('%s', (page) => {
  const text = withoutCode(projectFile(page));

  test('every link leads to a file and a heading that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test('every file that it names exists', () => {
    const paths = codeWords(text).filter((word) => /^[\w./-]+$/.test(word));
    const ours = paths.filter((path) => folders.some(({ name }) => path.startsWith(`${name}/`)));
    expect(ours.filter((path) => !/[A-Z]{4}/.test(path) && !existsSync(join(root, path)))).toEqual([]);
  });

  test(`lines of prose end at ${LONGEST_LINE} characters`, () => {
    const prose = text.split('\n').filter((line) => !/^(\||#)/.test(line));
    expect(prose.filter((line) => line.length > LONGEST_LINE)).toEqual([]);
  });
});

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : normalize(join(dirname(from), path));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchors(target).includes(anchor);
}

/** The anchors that GitHub gives the headings of a page. */
function anchors(page: string): string[] {
  return sectionsOf(projectFile(page)).map(({ title }) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
