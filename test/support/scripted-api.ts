/** An API on a free port that answers as a test tells it, and keeps what it was asked. */
import { createServer } from 'node:http';
import { listenLocally } from './http.ts';

/** One answer; `reset` drops the connection, `hang` never answers. */
export type ScriptedAnswer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | 'reset'
  | 'hang';

/** One request as it arrived. */
export interface SeenRequest {
  method: string;
  url: string;
  authorization: string | undefined;
  body: string;
  atMs: number;
}

/** Answers in the order of `script`; the last one is repeated. */
export async function startScriptedApi(script: readonly ScriptedAnswer[]) {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const body = Buffer.concat(chunks).toString();
    const answer = script[Math.min(seen.length, script.length - 1)] ?? { status: 500 };
    seen.push({ method, url, authorization: headers.authorization, body, atMs: Date.now() });
    if (answer === 'hang') return;
    if (answer === 'reset') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(
      typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? { message: 'no' }),
    );
  });
  return {
    ...(await listenLocally(server)),
    seen,
  };
}
