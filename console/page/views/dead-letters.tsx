/** Dead letters by code: why, what they say, the way back, and the way out. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeadLetterList, DeadLetterRow, Moved } from '../../answers.ts';
import { messageOf } from '../api.ts';
import { useAsked, usePage } from '../parts/context.ts';
import { Empty, Facts, Problem } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, number } from '../words.ts';

type Action = 'redrive' | 'drop';

const COLUMNS: readonly Column<DeadLetterRow>[] = [
  {
    title: 'Failed',
    cell: ({ id, failedAt }) => (
      <a href={linkTo('dead-letters', id)}>
        <Ago at={failedAt} />
      </a>
    ),
  },
  { title: 'Code', cell: ({ code }) => <a href={linkTo('failures', code)}>{code}</a> },
  { title: 'Type', cell: ({ type }) => type },
  {
    title: 'Reason',
    isWide: true,
    isMinor: true,
    cell: ({ reason }) => <span title={reason}>{reason}</span>,
  },
  { title: 'Receives', isNumber: true, isMinor: true, cell: ({ receiveCount }) => number(receiveCount) },
];

/** @param count how many the queue holds; a change of it reads them again */
export function DeadLetters(props: { count: number | undefined; id: string | undefined }): JSX.Element {
  const { count, id } = props;
  const [version, setVersion] = useState(0);
  const { value, problem, loading } = useAsked<DeadLetterList>('/api/dead-letters', version);
  const [code, setCode] = useState<string>();
  const asked = useRef(count);
  useEffect(() => {
    if (count === undefined || loading || count === asked.current) return;
    asked.current = count;
    setVersion((before) => before + 1);
  }, [count, loading]);
  const all = value?.letters ?? [];
  const letters = all.filter((letter) => code === undefined || letter.code === code);
  const open = all.find((letter) => letter.id === id);
  const onDone = (): void => setVersion((before) => before + 1);
  return (
    <section aria-labelledby="dead-letters">
      <h2 id="dead-letters">
        Dead letters{' '}
        <span class="quiet">
          {loading ? 'reading…' : `${number(all.length)}${value?.more ? ' of more' : ''}`}
        </span>
      </h2>
      <Problem text={problem} />
      {all.length > 0 && <Codes letters={all} code={code} onChoose={setCode} />}
      {all.length === 0 && !loading && (
        <Empty title="No dead letters.">Events that cannot be applied end here, each with its reason.</Empty>
      )}
      {letters.length > 0 && (
        <>
          <Actions letters={letters} what={code === undefined ? 'all' : code} onDone={onDone} />
          <div class={open === undefined ? 'list' : 'list with-detail'}>
            <Table
              label="Dead letters"
              columns={COLUMNS}
              rows={letters}
              idOf={(letter) => letter.id}
              selected={id}
            />
            {open !== undefined && <Letter letter={open} onDone={onDone} />}
          </div>
        </>
      )}
    </section>
  );
}

function Codes(props: {
  letters: readonly DeadLetterRow[];
  code: string | undefined;
  onChoose: (code: string | undefined) => void;
}): JSX.Element {
  const { letters, code, onChoose } = props;
  const groups = [...Map.groupBy(letters, (letter) => letter.code)];
  return (
    <fieldset class="chips">
      <legend>Code</legend>
      {[[undefined, letters] as const, ...groups].map(([name, group]) => (
        <button type="button" key={name ?? 'all'} aria-pressed={name === code} onClick={() => onChoose(name)}>
          {name ?? 'all'} <span class="quiet">{number(group.length)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function Letter({ letter, onDone }: { letter: DeadLetterRow; onDone: () => void }): JSX.Element {
  const { id, code, type, reason, body, receiveCount, failedAt, sentAt } = letter;
  return (
    <article class="detail" aria-label="The dead letter that is open">
      <header>
        <h3>{type}</h3>
        <a class="close" href={linkTo('dead-letters')} aria-label="Close">
          ×
        </a>
      </header>
      <p>{reason}</p>
      <Facts
        facts={[
          [
            'Code',
            <a key="code" href={linkTo('failures', code)}>
              {code}
            </a>,
          ],
          ['Failed', <Ago key="failed" at={failedAt} suffix=" ago" />],
          ['First sent', <Ago key="sent" at={sentAt} suffix=" ago" />],
          ['Receives', number(receiveCount)],
          ['Message', <code key="id">{id}</code>],
        ]}
      />
      <h4>Body</h4>
      <pre>{indented(body)}</pre>
      <Actions letters={[letter]} what="one" onDone={onDone} />
    </article>
  );
}

function Actions(props: {
  letters: readonly DeadLetterRow[];
  what: string;
  onDone: () => void;
}): JSX.Element | null {
  const { letters, what, onDone } = props;
  const { api, readOnly, ask, say } = usePage();
  const [busy, setBusy] = useState(false);
  if (readOnly) return null;
  const act = async (action: Action): Promise<void> => {
    if (!(await ask(questionOf(action, letters)))) return;
    setBusy(true);
    try {
      const ids = letters.map((letter) => letter.id);
      const answer = await api.send<Moved>('POST', `/api/dead-letters/${action}`, {
        ids,
        confirm: ids.length,
      });
      say(...resultOf(action, answer));
      onDone();
    } catch (error) {
      say(messageOf(error), 'bad');
    }
    setBusy(false);
  };
  return (
    <div class="actions">
      <button type="button" disabled={busy} onClick={() => act('redrive')}>
        Redrive {what}…
      </button>
      <button type="button" class="danger" disabled={busy} onClick={() => act('drop')}>
        Drop {what}…
      </button>
    </div>
  );
}

function questionOf(action: Action, letters: readonly DeadLetterRow[]) {
  const [first] = letters;
  const which =
    letters.length === 1 && first !== undefined
      ? `${first.type}, ${first.code} (${first.id})`
      : `${counted(letters.length, 'dead letter')}: ${[...new Set(letters.map(({ code }) => code))].join(', ')}`;
  return action === 'redrive'
    ? {
        title: `Redrive ${counted(letters.length, 'dead letter')}?`,
        text: `${which}. The events go back to the events queue and are tried again.`,
        action: 'Redrive',
      }
    : {
        title: `Drop ${counted(letters.length, 'dead letter')}?`,
        text: `${which}. The events are deleted for good. This cannot be undone.`,
        action: 'Drop',
      };
}

function resultOf(action: Action, { moved, left, reason }: Moved): [string, 'good' | 'bad'] {
  const done = action === 'redrive' ? 'Sent back' : 'Dropped';
  const text = `${done} ${counted(moved, 'dead letter')}.`;
  return left === 0 ? [text, 'good'] : [`${text} ${number(left)} stay: ${reason}`, 'bad'];
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
