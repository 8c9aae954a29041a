/** What is stale now, what a sweep would stop, and what the last ones did. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { GUARD_WINDOW_MS, tripsGuard } from '../../../lib/sweep/guard.ts';
import type { SweepCandidate, SweepPreview } from '../../answers.ts';
import type { SweepRun } from '../../protocol.ts';
import { useAsked } from '../parts/context.ts';
import { Empty, Problem } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import type { LiveState } from '../stream.ts';
import { age, counted, duration, number } from '../words.ts';

/** Why a session is stopped or kept (lib/sweep/policy.ts). */
const RULES: Readonly<Record<string, string>> = {
  error: 'in error',
  unlinked: 'not linked to a deployment in time',
  empty: 'empty for too long',
  'max-age': 'too old',
  excluded: 'not in SWEEP_ONLY',
  protected: 'protected',
  ending: 'ending',
  alive: 'alive',
  young: 'too young yet',
  unknown: 'the API does not show enough',
};

const COLUMNS: readonly Column<SweepCandidate>[] = [
  { title: 'Session', isWide: true, cell: ({ id }) => <a href={linkTo('sessions', id)}>{id}</a> },
  { title: 'Age', isNumber: true, cell: ({ ageMs }) => (ageMs === null ? '–' : age(ageMs)) },
  { title: 'Users', isNumber: true, isMinor: true, cell: ({ users }) => number(users) },
  {
    title: 'Verdict',
    cell: ({ stop }) => <span class={stop ? 'outcome dead' : 'outcome'}>{stop ? 'stop' : 'keep'}</span>,
  },
  { title: 'Why', cell: ({ rule }) => RULES[rule] ?? rule },
  { title: 'Deployment', isMinor: true, cell: ({ deployment }) => deployment ?? '–' },
];

/** The sweep. */
export function Sweep({ live }: { live: LiveState }): JSX.Element {
  const [version, setVersion] = useState(0);
  const { value, problem, loading } = useAsked<SweepPreview>('/api/sweep', version);
  const progress = live.progress.find(({ what }) => what === 'sweep');
  return (
    <section aria-labelledby="sweep">
      <h2 id="sweep">
        Sweep{' '}
        {value !== undefined && (
          <span class="quiet">
            looked at {counted(value.listed, 'session')} <Ago at={value.at} /> ago
          </span>
        )}
      </h2>
      <Problem text={problem} />
      {value?.problems.map((text) => (
        <Problem key={text} text={text} />
      ))}
      {value !== undefined && <Guard preview={value} runs={live.sweeps} />}
      <div class="actions">
        <button type="button" disabled={loading} onClick={() => setVersion((before) => before + 1)}>
          {loading ? 'Looking…' : 'Look again'}
        </button>
        {loading && progress !== undefined && (
          <progress aria-label="Sessions looked at" value={progress.done} max={progress.total} />
        )}
      </div>
      <h3>Candidates</h3>
      {value === undefined && loading && <Empty title="Looking at the sessions, one after the other." />}
      {value !== undefined && <Candidates preview={value} />}
      <h3>Last runs</h3>
      <Runs runs={live.sweeps} />
    </section>
  );
}

/** The guard counts what was stopped within the last hour, too. */
function Guard(props: { preview: SweepPreview; runs: readonly SweepRun[] }): JSX.Element {
  const { candidates, undecided, maxStops, mode, at } = props.preview;
  const stale = candidates.filter(({ stop }) => stop).length;
  const stoppedBefore = props.runs
    .filter((run) => run.of === 'sessions' && run.at > at - GUARD_WINDOW_MS)
    .reduce((sum, run) => sum + run.stopped, 0);
  const trips = tripsGuard({ stale, undecided, stoppedBefore }, maxStops);
  const texts = [
    `${counted(stale, 'session')} would be stopped, ${number(stoppedBefore)} were within the last hour;`,
    `the guard allows ${number(maxStops)}.`,
    trips && 'It would trip: a sweep would stop none.',
    mode === 'report' && 'The deployment only reports: SWEEP_MODE is report.',
    undecided > 0 && `${counted(undecided, 'candidate')} could not be decided.`,
  ];
  return <p class={trips ? 'banner bad' : 'banner'}>{texts.filter(Boolean).join(' ')}</p>;
}

function Candidates({ preview: { candidates } }: { preview: SweepPreview }): JSX.Element {
  const rows = candidates
    .filter(({ rule, users }) => rule !== 'ending' && (rule !== 'young' || users === 0))
    .toSorted((one, other) => Number(other.stop) - Number(one.stop) || (other.ageMs ?? 0) - (one.ageMs ?? 0));
  if (rows.length === 0) return <Empty title="No session looks stale." />;
  return <Table label="Candidates" columns={COLUMNS} rows={rows} idOf={(row) => row.id} />;
}

function Runs({ runs }: { runs: readonly SweepRun[] }): JSX.Element {
  if (runs.length === 0) return <Empty title="No run since the console started." />;
  return (
    <ul class="rows">
      {runs.map(({ of, at, mode, listed, stopped, guardTripped, complete, durationMs }) => (
        <li key={`${of} ${at}`}>
          <span>
            <Ago at={at} /> ago
          </span>
          <span>
            {number(listed)} {of}, {number(stopped)} stopped
            {mode === 'report' && <span class="tag">report</span>}
            {guardTripped && <span class="tag bad">guard tripped</span>}
            {!complete && <span class="tag">not complete</span>}
          </span>
          <span class="number quiet">{duration(durationMs)}</span>
        </li>
      ))}
    </ul>
  );
}
