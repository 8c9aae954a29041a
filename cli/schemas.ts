/** `npm run schemas`: writes what is published about events for other languages and tools. */
import { readFile, writeFile } from 'node:fs/promises';
import { describeQueue } from '../events/schemas/asyncapi.ts';
import { generateSchemas } from '../events/schemas/generate.ts';
import { describeHook } from '../lib/hook/openapi.ts';

const ROOT = new URL('../', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));

for (const [name, schema] of generateSchemas()) await write(`events/schemas/${name}`, schema);
await write('docs/openapi.json', describeHook(version));
await write('docs/asyncapi.json', describeQueue(version));

async function write(path: string, value: object): Promise<void> {
  await writeFile(new URL(path, ROOT), `${JSON.stringify(value, null, 2)}\n`);
}
