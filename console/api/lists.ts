/** Lists of the API as lines of JSON, part by part: a page can show the first rows while the last ones are read. */
import { Readable } from 'node:stream';
import type { ListPart } from '../answers.ts';
import { safeJson } from '../safe-json.ts';

/** Rows in one part: a page of the API. */
const PART = 100;

/** Returns the lines. Where the list fails, the last line has why. */
export function listLines<Given, Row>(list: AsyncIterable<Given>, rowOf: (given: Given) => Row): Readable {
  return Readable.from(linesOf(list, rowOf));
}

async function* linesOf<Given, Row>(
  list: AsyncIterable<Given>,
  rowOf: (given: Given) => Row,
): AsyncGenerator<string> {
  for await (const part of partsOf(list, rowOf)) yield `${safeJson(part)}\n`;
}

async function* partsOf<Given, Row>(
  list: AsyncIterable<Given>,
  rowOf: (given: Given) => Row,
): AsyncGenerator<ListPart<Row>> {
  let rows: Row[] = [];
  try {
    for await (const given of list) {
      rows.push(rowOf(given));
      if (rows.length < PART) continue;
      yield { rows };
      rows = [];
    }
    yield { rows };
  } catch (error) {
    yield { rows, problem: messageOf(error) };
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
