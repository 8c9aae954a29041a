/** The deployments that have sessions, and one of them with its sessions. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { SessionRow } from '../../protocol.ts';
import { Empty, Problem } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { linkTo } from '../route.ts';
import { useSessionList } from '../session-list.ts';
import { counted, number } from '../words.ts';
import { StatusWord } from './session-panel.tsx';

/** A deployment, as its sessions name it. */
interface Row {
  id: string;
  sessions: readonly SessionRow[];
  users: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'Deployment', isWide: true, cell: ({ id }) => <a href={linkTo('deployments', id)}>{id}</a> },
  { title: 'Sessions', isNumber: true, cell: ({ sessions }) => number(sessions.length) },
  { title: 'Users', isNumber: true, cell: ({ users }) => number(users) },
];

/** The list of deployments with a search; beside it the one that is open. */
export function Deployments({ id }: { id: string | undefined }): JSX.Element {
  const list = useSessionList();
  const [search, setSearch] = useState('');
  const all = useMemo(() => deploymentsOf(list.rows), [list.rows]);
  const rows = all.filter((row) => row.id.toLowerCase().includes(search.trim().toLowerCase()));
  const open = all.find((row) => row.id === id);
  return (
    <section aria-labelledby="deployments">
      <h2 id="deployments">
        Deployments{' '}
        <span class="quiet">
          {number(all.length)} with sessions{list.loading ? ', reading…' : ''}
        </span>
      </h2>
      <div class="tools">
        <label class="search">
          <span>Search</span>
          <input
            type="search"
            placeholder="id"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </div>
      <Problem text={list.problem} />
      <div class={open === undefined ? 'list' : 'list with-detail'}>
        {rows.length === 0 && !list.loading ? (
          <Empty title="No deployment has a session." />
        ) : (
          <Table label="Deployments" columns={COLUMNS} rows={rows} idOf={(row) => row.id} selected={id} />
        )}
        {open !== undefined && <Panel row={open} />}
      </div>
    </section>
  );
}

function deploymentsOf(sessions: readonly SessionRow[]): Row[] {
  const groups = Map.groupBy(sessions, ({ deployment }) => deployment);
  return [...groups].flatMap(([id, own]): Row[] => {
    if (id === null) return [];
    return [{ id, sessions: own, users: own.reduce((sum, { users }) => sum + (users ?? 0), 0) }];
  });
}

function Panel({ row: { id, sessions } }: { row: Row }): JSX.Element {
  return (
    <article class="detail" aria-label={`Deployment ${id}`}>
      <header>
        <h3>{id}</h3>
        <a class="close" href={linkTo('deployments')} aria-label="Close">
          ×
        </a>
      </header>
      <h4>{counted(sessions.length, 'session')}</h4>
      <ul class="rows">
        {sessions.map((session) => (
          <li key={session.id}>
            <a href={linkTo('sessions', session.id)}>{session.id}</a>
            <StatusWord status={session.status} />
            <span class="number">{session.users === null ? '–' : counted(session.users, 'user')}</span>
          </li>
        ))}
      </ul>
    </article>
  );
}
