/** Dead letters: what could not be applied and why, the way back into the events queue, and the way out. */
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import type { StoredDeadLetter } from '../../lib/sqs/dead-letter.ts';
import {
  actOnLetters,
  drop,
  type Redriven,
  receiveDeadLetters,
  redrive,
  release,
} from '../../lib/sqs/redrive.ts';
import type { DeadLetterList, DeadLetterRow, Moved } from '../answers.ts';
import type { ConsoleSource } from '../source.ts';

/** More than a person reads. */
const MOST_SHOWN = 1000;

/** `confirm` is the number of letters that the person saw in the question. */
const choice = z.object({ ids: z.array(z.string()).check(z.minLength(1)), confirm: z.number() });

/** What happens to dead letters that were received. */
type Act = (letters: readonly StoredDeadLetter[]) => Promise<Redriven>;

/** `GET /api/dead-letters`, `POST /api/dead-letters/redrive`, `POST /api/dead-letters/drop`. */
export function addDeadLetters(app: FastifyInstance, source: ConsoleSource): void {
  const { deadLetters, events } = source;
  const inTurn = createTurns();
  const actions: [string, Act][] = [
    ['redrive', (letters) => redrive(deadLetters, events, letters)],
    ['drop', (letters) => drop(deadLetters, letters)],
  ];
  app.get('/api/dead-letters', () => inTurn(() => list(source)));
  for (const [name, act] of actions)
    app.post(`/api/dead-letters/${name}`, async (request, reply) => {
      const { ids, confirm } = choice.parse(request.body);
      if (confirm !== ids.length)
        return reply.code(400).send({ message: 'The confirmation has another number of dead letters.' });
      return await inTurn(() => actOn(source, new Set(ids), act));
    });
}

/** A look hides what it reads for a moment: two at once would each see a part. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}

async function list({ deadLetters }: ConsoleSource): Promise<DeadLetterList> {
  const letters: StoredDeadLetter[] = [];
  let more = false;
  for await (const letter of receiveDeadLetters(deadLetters)) {
    more = letters.length === MOST_SHOWN;
    // What was received is released.
    if (more) break;
    letters.push(letter);
  }
  if (!more) await release(deadLetters, letters);
  return { letters: letters.map(rowOf), more };
}

/** Receipt handles are good for one receive: what was listed is received again. */
async function actOn({ deadLetters }: ConsoleSource, ids: ReadonlySet<string>, act: Act): Promise<Moved> {
  const results: Redriven[] = [];
  const missing = await actOnLetters(deadLetters, ids, async (letters) => {
    results.push(await act(letters));
  });
  const sum = (count: (result: Redriven) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const reason = results.find((result) => result.reason !== undefined)?.reason;
  return {
    moved: sum(({ moved }) => moved),
    left: sum(({ left }) => left) + missing,
    reason: reason ?? (missing > 0 ? 'Somebody else has them at the moment.' : null),
  };
}

function rowOf(letter: StoredDeadLetter): DeadLetterRow {
  const { messageId, code, type, reason, body, receiveCount, failedAt, sentAt } = letter;
  return {
    id: messageId,
    code,
    type,
    reason,
    body,
    receiveCount,
    failedAt: Date.parse(failedAt),
    sentAt: Date.parse(sentAt),
  };
}
