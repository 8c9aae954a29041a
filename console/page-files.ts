/** The built page: three files, read once. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

const FOLDER = new URL('../dist/console/', import.meta.url);

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** Serves the page. It holds nothing but itself, so that it needs no token. @throws Error when it is not built. */
export async function servePage(app: FastifyInstance): Promise<void> {
  for (const [path, file, type] of FILES) {
    const content = await read(file);
    app.get(path, async (_request, reply) => reply.type(type).send(content));
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(new URL(file, FOLDER));
  } catch (cause) {
    throw new Error('The console page is not built. Run npm run build.', { cause });
  }
}
