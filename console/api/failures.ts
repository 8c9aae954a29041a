/** What the documentation says about each error code. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { FailureEntry } from '../answers.ts';

const PAGE = new URL('../../docs/failures.md', import.meta.url);

/** `GET /api/failures`: the entries of docs/failures.md. */
export function addFailures(app: FastifyInstance): void {
  app.get('/api/failures', async () => failureEntries(await readFile(PAGE, 'utf8')));
}

/** The sections that are named after a code, as plain text. Pure. @param page Markdown */
export function failureEntries(page: string): FailureEntry[] {
  const sections = page.split(/^(?=##+ )/m);
  return sections.flatMap((section) => {
    const [, code] = /^### `([A-Z_]+)`$/m.exec(section) ?? [];
    return code === undefined ? [] : [{ code, answers: answersOf(section) }];
  });
}

function answersOf(section: string): FailureEntry['answers'] {
  const paragraphs = section.matchAll(/^\*\*(.+?)\.\*\* ([\s\S]+?)(?=\n\n|\s*$(?![\s\S]))/gm);
  return [...paragraphs].map(([, question = '', text = '']) => ({ question, text: plain(text) }));
}

/** Without line breaks, the targets of links, and the marks of code. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '');
}
