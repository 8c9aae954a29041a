/** One session: what it is, who is in it, and what was done about it. */
import type { JSX } from 'preact';
import type { SessionDetails } from '../../answers.ts';
import { messageOf } from '../api.ts';
import { useLooked, usePage } from '../parts/context.ts';
import { History } from '../parts/history.tsx';
import { Facts, Problem } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, number } from '../words.ts';

/** Shows a session, and looks again every few seconds. */
export function SessionPanel({ id, onDeleted }: { id: string; onDeleted: () => void }): JSX.Element {
  const { value, problem, again } = useLooked<SessionDetails>(`/api/sessions/${encodeURIComponent(id)}`);
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
      {value !== undefined && <History ended={value.deleted} verb="Deleted" entries={value.history} />}
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
