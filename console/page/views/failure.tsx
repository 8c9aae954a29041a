/** What an error code means, and what to do: the entry of docs/failures.md. */
import type { JSX } from 'preact';
import type { FailureEntry } from '../../answers.ts';
import { useAsked } from '../parts/context.ts';
import { Empty, Problem } from '../parts/states.tsx';

/** Shows the entry of a code. */
export function Failure({ code }: { code: string }): JSX.Element {
  const { value, problem } = useAsked<FailureEntry[]>('/api/failures');
  const entry = value?.find((one) => one.code === code);
  return (
    <section aria-labelledby="failure" class="prose">
      <h2 id="failure">
        <code>{code}</code>
      </h2>
      <Problem text={problem} />
      {value !== undefined && entry === undefined && (
        <Empty title="The failures page has no entry of this code." />
      )}
      {entry?.answers.map(({ question, text }) => (
        <div key={question}>
          <h3>{question}</h3>
          <p>{text}</p>
        </div>
      ))}
    </section>
  );
}
