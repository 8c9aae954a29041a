/** How a batch ended, as a bar and in words. */
import type { JSX } from 'preact';
import type { OutcomeCounts } from '../../protocol.ts';
import { number } from '../words.ts';

/** The outcomes in the order in which they are shown. */
export const OUTCOMES = ['done', 'absorbed', 'gone', 'ignored', 'waiting', 'retried', 'dead'] as const;

/** What each outcome means. */
export const MEANINGS: Readonly<Record<string, string>> = {
  done: 'A call did what the event asked for.',
  absorbed: 'Another event of the batch made a call needless.',
  gone: 'What the event is about no longer exists.',
  ignored: 'The message of another system that uses the topic.',
  waiting: 'Held back for a few seconds: the calls of this batch are used up, or the user may come back.',
  open: 'The answer proves nothing yet; a later line settles it.',
  superseded: 'A later event about the same user takes its place.',
  retried: 'The event goes back to the queue.',
  retry: 'The event goes back to the queue.',
  dead: 'The event is in the dead-letter queue.',
};

/** A bar whose parts are the outcomes. */
export function OutcomeBar({ outcomes }: { outcomes: OutcomeCounts }): JSX.Element {
  const present = OUTCOMES.filter((name) => outcomes[name] > 0);
  const text = present.map((name) => `${number(outcomes[name])} ${name}`).join(', ');
  return (
    <span class="outcomes" title={text}>
      <span class="bar" aria-hidden="true">
        {present.map((name) => (
          <span key={name} class={`part ${name}`} style={{ flexGrow: outcomes[name] }} />
        ))}
      </span>
      <span class="outcome-text">{text}</span>
    </span>
  );
}

/** One outcome as a word with its color. */
export function OutcomeWord({ name }: { name: string }): JSX.Element {
  return (
    <span class={`outcome ${name}`} title={MEANINGS[name]}>
      {name}
    </span>
  );
}
