/** `npm run dead-letters` with queues of a test's own. */
import { startFauxqs } from 'fauxqs';
import type { TestContext } from 'vitest';
import { LOCAL_QUEUE_NAMES } from '../../local-addresses.ts';
import { runTool, startTool } from './cli.ts';

/** The names of the two queues. */
export const { events, deadLetters } = LOCAL_QUEUE_NAMES;
/** An event that ends a session. */
export const ended = (session_id: string) => ({ type: 'match.ended', data: { session_id } });
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

/** The two queues of a local stage of the test's own. The tool waits for SQS: the tests wait side by side. */
export async function startQueues({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const sqs = await startFauxqs({ port: 0, logger: false });
  onTestFinished(() => sqs.stop());
  sqs.createQueue(events);
  sqs.createQueue(deadLetters);
  let died = 0;
  return {
    url: `http://127.0.0.1:${sqs.port}/000000000000`,
    tool: (...args: string[]) => runTool('dead-letters', args, { LOCAL_SQS_PORT: String(sqs.port) }),
    /** Starts the tool, without waiting for its end. */
    start: (...args: string[]) => startTool('dead-letters', args, { LOCAL_SQS_PORT: String(sqs.port) }),
    /** Puts a dead letter into the queue; returns the queue's id of it. Its event's message was `original-1`, and so on. */
    die: (
      code: string,
      reason: string,
      body: object,
      more: Record<string, ReturnType<typeof text>> = {},
    ): string => {
      died += 1;
      const messageAttributes = {
        ERROR_CODE: text(code),
        ERROR_MESSAGE: text(reason),
        FAILED_AT: text('2026-01-31T20:15:00.000Z'),
        ORIGINAL_MESSAGE_ID: text(`original-${died}`),
        RECEIVE_COUNT: { DataType: 'Number', StringValue: '3' },
        ...more,
      };
      return sqs.sendMessage(deadLetters, JSON.stringify(body), { messageAttributes }).messageId;
    },
    ready: (queue: string): unknown[] =>
      sqs.inspectQueue(queue)?.messages.ready.map(({ body }) => JSON.parse(body)) ?? [],
    messages: (queue: string) => sqs.inspectQueue(queue)?.messages.ready ?? [],
    hidden: (): number => sqs.inspectQueue(deadLetters)?.messages.inflight.length ?? 0,
    /** The dead letters, hidden or not. */
    kept: (): number => {
      const messages = sqs.inspectQueue(deadLetters)?.messages;
      return (messages?.ready.length ?? 0) + (messages?.inflight.length ?? 0);
    },
  };
}
