/** One session: what it is, who is in it, and what was done about it. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AuditEntry, SessionDetails } from '../../protocol.ts';
import { messageOf } from '../api.ts';
import { useAsked, usePage } from '../parts/context.ts';
import { OutcomeWord } from '../parts/outcomes.tsx';
import { Empty, Facts, Problem } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, number, operationName } from '../words.ts';

const AGAIN_MS = 5000;

/** Shows a session, and looks again every few seconds. */
export function SessionPanel({ id, onDeleted }: { id: string; onDeleted: () => void }): JSX.Element {
  const [version, setVersion] = useState(0);
  const again = (): void => setVersion((before) => before + 1);
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const { value, problem } = useAsked<SessionDetails>(`/api/sessions/${encodeURIComponent(id)}`, version);
  return (
    <article class="detail" aria-label={`Session ${id}`}>
      <header>
        <h3>{id}</h3>
        <a class="close" href={linkTo('sessions')} aria-label="Close">
          ×
        </a>
      </header>
      <Problem text={problem} />
      {value?.problems.map((text) => (
        <Problem key={text} text={text} />
      ))}
      {value?.session && <Details session={value.session} />}
      {value?.session === null && value.problems.length === 0 && (
        <p class="quiet">The API does not know this session, or no longer.</p>
      )}
      {value !== undefined && <History details={value} />}
      {value?.session && <Delete id={id} session={value.session} onDone={() => [again(), onDeleted()]} />}
    </article>
  );
}

type Session = NonNullable<SessionDetails['session']>;

function Details({ session }: { session: Session }): JSX.Element {
  const { status, linked, kind, createdMs, deployment, tags, users, userCount } = session;
  return (
    <>
      <Facts
        facts={[
          ['Status', <StatusWord key="status" status={status} />],
          ['Age', <Ago key="age" at={createdMs} />],
          ['Linked', linked === null ? '–' : linked ? 'yes' : 'no'],
          ['Kind', kind ?? '–'],
          [
            'Deployment',
            deployment === null ? '–' : <a href={linkTo('deployments', deployment)}>{deployment}</a>,
          ],
          ['Tags', tags === null ? '–' : tags.join(', ') || 'none'],
        ]}
      />
      <h4>{counted(users?.length ?? userCount ?? 0, 'user')}</h4>
      {users !== null && users.length > 0 && (
        <ul class="users">
          {users.map((ip) => (
            <li key={ip}>
              <code>{ip}</code>
            </li>
          ))}
        </ul>
      )}
      {users === null && userCount !== null && (
        <p class="quiet">The API does not show who: {number(userCount)}.</p>
      )}
    </>
  );
}

function History({ details: { deleted, history } }: { details: SessionDetails }): JSX.Element {
  return (
    <>
      <h4>History</h4>
      {deleted !== null && (
        <p class="why">
          Deleted <Ago at={deleted.at} /> ago by <strong>{deleted.by}</strong>, event{' '}
          <code>{deleted.event}</code>
        </p>
      )}
      {history.length > 0 && (
        <ol class="history">
          {history.toReversed().map((entry, index) => (
            <HistoryLine key={index} entry={entry} />
          ))}
        </ol>
      )}
      {deleted === null && history.length === 0 && (
        <Empty title="Nothing was done about it.">
          No audit line that the console has names this session.
        </Empty>
      )}
    </>
  );
}

function HistoryLine({ entry }: { entry: AuditEntry }): JSX.Element {
  const { at, operation, outcome, by, targets, sessionId, code } = entry;
  return (
    <li>
      <Ago at={at} /> ago: {operationName(operation)} <OutcomeWord name={outcome} /> by {by.join(', ')}
      {sessionId !== null && `, ${targets.slice(0, 5).join(', ')}${targets.length > 5 ? ' …' : ''}`}{' '}
      {code !== null && <a href={linkTo('failures', code)}>{code}</a>}
    </li>
  );
}

function Delete(props: { id: string; session: Session; onDone: () => void }): JSX.Element | null {
  const { id, session, onDone } = props;
  const { api, readOnly, ask, say } = usePage();
  if (readOnly) return null;
  const remove = async (): Promise<void> => {
    const users = session.users?.length ?? session.userCount ?? 0;
    const yes = await ask({
      title: `Delete session ${id}?`,
      text: `${id} has ${counted(users, 'user')}. Its deployment goes on. This cannot be undone.`,
      action: 'Delete session',
    });
    if (!yes) return;
    try {
      await api.send('DELETE', `/api/sessions/${encodeURIComponent(id)}`, { confirm: id });
      say(`Session ${id} is deleted.`);
      onDone();
    } catch (error) {
      say(messageOf(error), 'bad');
    }
  };
  return (
    <div class="actions">
      <button type="button" class="danger" onClick={remove}>
        Delete session…
      </button>
    </div>
  );
}

/** A status without its prefix and in lower case, as all spellings of it mean the same. */
export function StatusWord({ status }: { status: string | null }): JSX.Element {
  if (status === null) return <span class="unknown">–</span>;
  const word = status.replace(/^.*\./, '').toLowerCase();
  return <span class={`status ${word}`}>{word}</span>;
}
