/** An export of dead letters, edited by a person, becomes events again. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { parseEvent } from '../events/index.ts';
import { parseJson } from '../lib/runtime/json.ts';
import { readAs } from '../lib/runtime/schema.ts';
import type { MessageAttributes } from '../lib/sqs/send.ts';
import { DetailedError } from './errors.ts';

/** An event of an export. */
export interface ExportedEvent {
  body: string;
  /** When it was first sent, ISO 8601: an event without `time` gets it. */
  sentAt: string;
  attributes: MessageAttributes;
}

const attribute = v.object({
  DataType: v.string(),
  StringValue: v.optional(v.string()),
  BinaryValue: v.optional(v.string()),
});
/** The body is text; who edits it may make an object of it. */
const line = v.looseObject({
  body: v.union([v.string(), v.looseObject({})]),
  sentAt: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text))),
    ),
  ),
  attributes: v.optional(v.record(v.string(), attribute), {}),
});

/**
 * Reads an export: one JSON object a line.
 * @throws DetailedError naming every line that is not a valid event; then nothing is to be sent.
 */
export async function readExport(file: string): Promise<ExportedEvent[]> {
  const lines = (await readFile(file, 'utf8')).replace(/^\ufeff/, '').split('\n');
  const read = lines.flatMap((text, index) => (text.trim() === '' ? [] : [readLine(text, index + 1)]));
  const problems = read.flatMap((one) => ('problem' in one ? [one.problem] : []));
  if (problems.length > 0) throw new DetailedError(`${file} has invalid events; nothing was sent.`, problems);
  return read.flatMap((one) => ('problem' in one ? [] : [one]));
}

function readLine(text: string, number: number): ExportedEvent | { problem: string } {
  const parsed = readAs(line, parseJson(text));
  if (parsed === undefined) return { problem: `line ${number} is not a dead letter as export writes it` };
  const body = typeof parsed.body === 'string' ? parsed.body : JSON.stringify(parsed.body);
  const event = parseEvent(body);
  if (!event.ok) {
    const reasons = event.violations.map(({ pointer, reason }) => `${pointer || 'body'} ${reason}`);
    return { problem: `line ${number}: ${reasons.join('; ')}` };
  }
  const attributes = Object.entries(parsed.attributes).map(
    ([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, 'base64') }),
      },
    ],
  );
  return {
    body,
    sentAt: parsed.sentAt ?? new Date().toISOString(),
    attributes: Object.fromEntries(attributes),
  };
}
