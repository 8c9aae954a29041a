/** The deployments, and one of them with its sessions. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { DeploymentRow, SessionRow } from '../../answers.ts';
import { useList } from '../list.ts';
import { SearchField, searched } from '../parts/search.tsx';
import { Empty, Problem } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, number } from '../words.ts';
import { DeploymentPanel } from './deployment-panel.tsx';

/** A deployment, and the sessions that name it. */
interface Row extends DeploymentRow {
  sessions: readonly SessionRow[];
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'Deployment', isWide: true, cell: ({ id }) => <a href={linkTo('deployments', id)}>{id}</a> },
  { title: 'Ready', cell: ({ ready }) => (ready === null ? '–' : ready ? 'yes' : 'no') },
  { title: 'Sessions', isNumber: true, cell: ({ sessions }) => number(sessions.length) },
  { title: 'Users', isNumber: true, isMinor: true, cell: ({ sessions }) => number(usersIn(sessions)) },
  { title: 'Age', isNumber: true, cell: ({ createdMs }) => <Ago at={createdMs} /> },
  { title: 'Tags', isMinor: true, cell: ({ tags }) => (tags ?? []).join(', ') },
];

/** The list of deployments with a search; beside it the one that is open. */
export function Deployments({ id }: { id: string | undefined }): JSX.Element {
  const list = useList<DeploymentRow>('/api/deployments');
  const sessions = useList<SessionRow>('/api/sessions');
  const [search, setSearch] = useState('');
  const all = useMemo(() => rowsOf(list.rows, sessions.rows), [list.rows, sessions.rows]);
  const rows = searched(all, search, ({ id: deployment, tags }) => [deployment, ...(tags ?? [])]);
  return (
    <section aria-labelledby="deployments">
      <h2 id="deployments">
        Deployments{' '}
        <span class="quiet">
          {counted(all.length, 'deployment')}
          {list.loading ? ', reading…' : ''}
        </span>
      </h2>
      <div class="tools">
        <SearchField placeholder="id, tag" value={search} onSearch={setSearch} />
      </div>
      <Problem text={list.problem ?? sessions.problem} />
      <div class={id === undefined ? 'list' : 'list with-detail'}>
        {rows.length === 0 && !list.loading ? (
          <Empty title={all.length === 0 ? 'No deployments.' : 'No deployment matches.'} />
        ) : (
          <Table label="Deployments" columns={COLUMNS} rows={rows} idOf={(row) => row.id} selected={id} />
        )}
        {id !== undefined && (
          <DeploymentPanel
            id={id}
            sessions={sessions.rows.filter(({ deployment }) => deployment === id)}
            onStopped={list.reload}
          />
        )}
      </div>
    </section>
  );
}

function rowsOf(deployments: readonly DeploymentRow[], sessions: readonly SessionRow[]): Row[] {
  const groups = Map.groupBy(sessions, ({ deployment }) => deployment);
  return deployments.map((row) => ({ ...row, sessions: groups.get(row.id) ?? [] }));
}

function usersIn(sessions: readonly SessionRow[]): number {
  return sessions.reduce((sum, { users }) => sum + (users ?? 0), 0);
}
