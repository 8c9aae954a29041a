/** Events in files and on standard input: one as JSON, an array of them, or one a line (NDJSON). */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseJson } from '../events/envelope.ts';

const STANDARD_INPUT = '-';

/** Whether an argument names a file, or standard input, and not an event type. */
export function isFile(argument: string): boolean {
  return argument === STANDARD_INPUT || /[/\\]|\.(json|ndjson|jsonl)$/.test(argument);
}

/**
 * Reads events. A path is relative to where the person stands: npm runs a script elsewhere, and says so in `INIT_CWD`.
 * @param file a path, or `-` for standard input.
 * @throws Error naming the file, and the line, that is not JSON.
 */
export async function readEvents(file: string, { INIT_CWD = '' } = process.env): Promise<unknown[]> {
  const isInput = file === STANDARD_INPUT;
  const content = isInput ? await text(process.stdin) : await readFile(resolve(INIT_CWD, file), 'utf8');
  return eventsIn(content, isInput ? 'Standard input' : file);
}

function eventsIn(content: string, name: string): unknown[] {
  const json = parseJson(content);
  if (json.ok) return Array.isArray(json.value) ? json.value : [json.value];
  const lines = content.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const full = lines.filter(({ line }) => line.trim() !== '');
  if (full.length < 2) throw new Error(`${name} ${json.reason}.`);
  return full.map(({ line, number }) => {
    const event = parseJson(line);
    if (event.ok) return event.value;
    throw new Error(`${name} is neither JSON nor one event a line: line ${number} ${event.reason}.`);
  });
}
