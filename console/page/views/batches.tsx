/** The batches, and what one of them did. */
import type { JSX } from 'preact';
import type { BatchRow } from '../../protocol.ts';
import { OutcomeBar } from '../parts/outcomes.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import type { LiveState } from '../stream.ts';
import { duration, number } from '../words.ts';
import { BatchPlan } from './batch-plan.tsx';

const COLUMNS: readonly Column<BatchRow>[] = [
  { title: 'Ago', cell: ({ id, at }) => <BatchLink id={id} at={at} /> },
  { title: 'Events', isNumber: true, cell: ({ records }) => number(records) },
  { title: 'Calls', isNumber: true, cell: ({ calls }) => number(calls) },
  { title: 'Saved', isNumber: true, isMinor: true, cell: ({ saved }) => number(saved) },
  { title: 'Outcomes', isWide: true, cell: ({ outcomes }) => <OutcomeBar outcomes={outcomes} /> },
  { title: 'Took', isNumber: true, isMinor: true, cell: ({ durationMs }) => duration(durationMs) },
];

/** The list of batches; beside it the one that is open. */
export function Batches({ live, id }: { live: LiveState; id: string | undefined }): JSX.Element {
  const { batches } = live;
  const open = batches.find((batch) => batch.id === id);
  return (
    <section aria-labelledby="batches">
      <h2 id="batches">
        Batches <span class="quiet">the newest {number(batches.length)}</span>
      </h2>
      {batches.length === 0 ? (
        <Empty title="No batch yet.">
          A row appears here for each batch of events that the function handles.
        </Empty>
      ) : (
        <div class={open === undefined ? 'list' : 'list with-detail'}>
          <Table label="Batches" columns={COLUMNS} rows={batches} idOf={(batch) => batch.id} selected={id} />
          {open !== undefined && <BatchPlan batch={open} />}
        </div>
      )}
    </section>
  );
}

function BatchLink({ id, at }: { id: string; at: number }): JSX.Element {
  return (
    <a href={linkTo('batches', id)}>
      <Ago at={at} />
    </a>
  );
}
