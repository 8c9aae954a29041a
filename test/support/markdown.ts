/** The project's Markdown pages, in the parts that tests compare with the code. */
import { readFileSync } from 'node:fs';

/** The text of a file of the project. @param path from the project's root */
export function projectFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** A heading, and the text below it up to the next heading of any level. */
export interface Section {
  level: number;
  title: string;
  text: string;
}

/** The sections of a page in order. Headings in code blocks do not count. */
export function sectionsOf(page: string): Section[] {
  return withoutCode(page)
    .split(/^(?=#{1,6} )/m)
    .flatMap((part) => {
      const [, marks = '', title = ''] = /^(#{1,6}) (.*)/.exec(part) ?? [];
      return marks === '' ? [] : [{ level: marks.length, title, text: part.slice(part.indexOf('\n') + 1) }];
    });
}

/** The cells of the tables below a heading, row by row, without the tables' own headings. */
export function tableRows(page: string, title: string): string[][] {
  const text = sectionsOf(page).find((section) => section.title === title)?.text ?? '';
  const tables = text.matchAll(/(?:^\|.*\n?)+/gm);
  return [...tables].flatMap(([table]) => table.trim().split('\n').slice(2).map(cells));
}

/** A page without its fenced code blocks; their lines stay, empty. */
export function withoutCode(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}

/** The texts in backticks. */
export function codeWords(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word);
}

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
