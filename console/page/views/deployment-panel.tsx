/** One deployment: what it is, the sessions on it, and what was done about it. */
import type { JSX } from 'preact';
import type { DeploymentDetails, SessionRow } from '../../answers.ts';
import { messageOf } from '../api.ts';
import { useLooked, usePage } from '../parts/context.ts';
import { History } from '../parts/history.tsx';
import { Facts, Problem } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted } from '../words.ts';
import { StatusWord } from './session-panel.tsx';

interface PanelProps {
  id: string;
  sessions: readonly SessionRow[];
  onStopped: () => void;
}

/** Shows a deployment, and looks again every few seconds. */
export function DeploymentPanel({ id, sessions, onStopped }: PanelProps): JSX.Element {
  const path = `/api/deployments/${encodeURIComponent(id)}`;
  const { value, problem, again } = useLooked<DeploymentDetails>(path);
  return (
    <article class="detail" aria-label={`Deployment ${id}`}>
      <header>
        <h3>{id}</h3>
        <a class="close" href={linkTo('deployments')} aria-label="Close">
          ×
        </a>
      </header>
      {[problem, ...(value?.problems ?? [])].map((text) => (
        <Problem key={text} text={text} />
      ))}
      {value?.deployment && <Details deployment={value.deployment} />}
      {value?.deployment === null && value.problems.length === 0 && (
        <p class="quiet">The API does not know this deployment, or no longer.</p>
      )}
      <h4>{counted(sessions.length, 'session')}</h4>
      <SessionRows sessions={sessions} />
      {value !== undefined && <History ended={value.stopped} verb="Stopped" entries={value.history} />}
      {value?.deployment && <Stop id={id} sessions={sessions.length} onDone={() => [again(), onStopped()]} />}
    </article>
  );
}

function Details(props: { deployment: NonNullable<DeploymentDetails['deployment']> }): JSX.Element {
  const { app, status, createdMs, tags, address, error } = props.deployment;
  return (
    <Facts
      facts={[
        ['App', app ?? '–'],
        ['Status', <StatusWord key="status" status={status} />],
        ['Age', <Ago key="age" at={createdMs} />],
        ['Tags', tags === null ? '–' : tags.join(', ') || 'none'],
        ['Address', address === null ? null : <code key="address">{address}</code>],
        ['Error', error],
      ]}
    />
  );
}

function SessionRows({ sessions }: { sessions: readonly SessionRow[] }): JSX.Element {
  return (
    <ul class="rows">
      {sessions.map(({ id, status, users }) => (
        <li key={id}>
          <a href={linkTo('sessions', id)}>{id}</a>
          <StatusWord status={status} />
          <span class="number">{users === null ? '–' : counted(users, 'user')}</span>
        </li>
      ))}
    </ul>
  );
}

function Stop(props: { id: string; sessions: number; onDone: () => void }): JSX.Element | null {
  const { id, sessions, onDone } = props;
  const { api, readOnly, ask, say } = usePage();
  if (readOnly) return null;
  const stop = async (): Promise<void> => {
    const yes = await ask({
      title: `Stop deployment ${id}?`,
      text: `The server of ${id} ends, with ${counted(sessions, 'session')} on it. This cannot be undone.`,
      action: 'Stop deployment',
    });
    if (!yes) return;
    try {
      await api.send('DELETE', `/api/deployments/${encodeURIComponent(id)}`, { confirm: id });
      say(`Deployment ${id} is stopping.`);
      onDone();
    } catch (error) {
      say(messageOf(error), 'bad');
    }
  };
  return (
    <div class="actions">
      <button type="button" class="danger" onClick={stop}>
        Stop deployment…
      </button>
    </div>
  );
}
