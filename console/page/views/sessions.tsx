/** The sessions, and one of them. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DeploymentRow, SessionDetails, SessionRow } from '../../answers.ts';
import { useList } from '../list.ts';
import { usePage } from '../parts/context.ts';
import { SearchField, searched } from '../parts/search.tsx';
import { Empty, Problem } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, number } from '../words.ts';
import { SessionPanel, StatusWord } from './session-panel.tsx';

/** What a look at each session found, by id; null: the API does not know it any more. */
type Details = ReadonlyMap<string, SessionDetails['session']>;

/** The tags of a session are those of its deployment. */
type TagsOf = (session: SessionRow) => readonly string[];

/** The list has neither age nor tags, and may leave the deployment out. */
function columnsOf(details: Details, tagsOf: TagsOf): readonly Column<SessionRow>[] {
  return [
    { title: 'Session', isWide: true, cell: ({ id }) => <a href={linkTo('sessions', id)}>{id}</a> },
    { title: 'Status', cell: ({ status }) => <StatusWord status={status} /> },
    { title: 'Users', isNumber: true, cell: ({ users }) => number(users) },
    {
      title: 'Age',
      isNumber: true,
      cell: ({ id }) => (details.has(id) ? <Ago at={details.get(id)?.createdMs} /> : '…'),
    },
    {
      title: 'Deployment',
      isMinor: true,
      cell: (row) => <DeploymentLink id={row.deployment ?? details.get(row.id)?.deployment} />,
    },
    { title: 'Tags', isMinor: true, cell: (row) => tagsOf(row).join(', ') },
  ];
}

function DeploymentLink({ id }: { id: string | null | undefined }): JSX.Element {
  return id == null ? <span class="unknown">–</span> : <a href={linkTo('deployments', id)}>{id}</a>;
}

/** The list of sessions with a search; beside it the one that is open. */
export function Sessions({ id }: { id: string | undefined }): JSX.Element {
  const list = useList<SessionRow>('/api/sessions');
  const deployments = useList<DeploymentRow>('/api/deployments');
  const [search, setSearch] = useState('');
  const { details, look } = useLooks();
  const tagsOf = useMemo((): TagsOf => {
    const tags = new Map(deployments.rows.map((row) => [row.id, row.tags]));
    return ({ id: session, deployment }) =>
      details.get(session)?.tags ?? (deployment === null ? null : tags.get(deployment)) ?? [];
  }, [deployments.rows, details]);
  const columns = useMemo(() => columnsOf(details, tagsOf), [details, tagsOf]);
  const rows = searched(list.rows, search, (row) => [row.id, row.status, row.deployment, ...tagsOf(row)]);
  const wanted = search.trim();
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">
        Sessions{' '}
        <span class="quiet">
          {counted(list.rows.length, 'session')}
          {list.loading ? ', reading…' : ''}
        </span>
      </h2>
      <div class="tools">
        <SearchField placeholder="id, status, deployment, tag" value={search} onSearch={setSearch} />
        {wanted !== '' && <a href={linkTo('sessions', wanted)}>History of “{wanted}”</a>}
      </div>
      <Problem text={list.problem} />
      <div class={id === undefined ? 'list' : 'list with-detail'}>
        {rows.length === 0 && !list.loading ? (
          <Empty title={list.rows.length === 0 ? 'No sessions.' : 'No session matches.'}>
            {list.rows.length > 0 &&
              'A session that is gone is not in the list; its history may still be known.'}
          </Empty>
        ) : (
          <Table
            label="Sessions"
            columns={columns}
            rows={rows}
            idOf={(row) => row.id}
            selected={id}
            onShown={look}
          />
        )}
        {id !== undefined && <SessionPanel id={id} onDeleted={list.reload} />}
      </div>
    </section>
  );
}

/** The list has neither age nor tags: the sessions that can be seen are looked at, one after the other. */
function useLooks() {
  const { api } = usePage();
  const [details, setDetails] = useState<Details>(new Map());
  const wanted = useRef<string[]>([]);
  const seen = useRef(new Set<string>());
  const busy = useRef(false);
  const closed = useRef(false);
  useEffect(
    () => () => {
      closed.current = true;
    },
    [],
  );

  const lookOn = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    for (let id = wanted.current.shift(); id !== undefined && !closed.current; id = wanted.current.shift()) {
      const session = id;
      if (seen.current.has(session)) continue;
      seen.current.add(session);
      const found = await api
        .get<SessionDetails>(`/api/sessions/${encodeURIComponent(session)}`)
        .catch(() => undefined);
      if (found !== undefined) setDetails((known) => new Map(known).set(session, found.session));
    }
    busy.current = false;
  }, [api]);

  const look = useCallback(
    (rows: readonly SessionRow[]) => {
      wanted.current = rows.map((row) => row.id);
      void lookOn();
    },
    [lookOn],
  );
  return { details, look };
}
