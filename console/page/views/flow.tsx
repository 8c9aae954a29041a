/** Events in, calls out: numbers, and how they went. */
import type { JSX } from 'preact';
import type { FlowPoint } from '../../protocol.ts';
import { Chart } from '../parts/chart.tsx';
import { LatestBatches } from '../parts/latest-batches.tsx';
import { Empty, Problem } from '../parts/states.tsx';
import { linkTo } from '../route.ts';
import type { LiveState } from '../stream.ts';
import { duration, number } from '../words.ts';

const LATEST = 6;

/** The first view. */
export function Flow({ live }: { live: LiveState }): JSX.Element {
  const { about, flow, points } = live;
  const windowMinutes = about?.windowMinutes ?? 30;
  const times = points.map(({ at }) => at);
  const line = (
    label: string,
    color: string,
    value: (point: FlowPoint) => number | null,
    isArea = false,
  ) => ({
    label,
    color,
    isArea,
    values: points.map(value),
  });
  return (
    <section aria-labelledby="flow">
      <h2 id="flow">
        Flow{' '}
        <span class="quiet">
          of the last {windowMinutes === 180 ? '3 hours' : `${windowMinutes} minutes`}
        </span>
      </h2>
      <Problem text={flow?.problem} />
      <Numbers live={live} />
      <div class="charts">
        <Chart
          title="Events and calls"
          times={times}
          windowMinutes={windowMinutes}
          series={[
            line('calls saved', '--green', ({ saved }) => saved, true),
            line('events in', '--blue', ({ events }) => events),
            line('calls out', '--orange', ({ calls }) => calls),
          ]}
        />
        <Chart
          title="Queue"
          times={times}
          windowMinutes={windowMinutes}
          series={[
            line('waiting', '--blue', ({ queued }) => queued, true),
            line('in flight', '--orange', ({ inFlight }) => inFlight),
            line('dead letters', '--red', ({ deadLetters }) => deadLetters),
          ]}
        />
      </div>
      <Latest live={live} />
    </section>
  );
}

function Numbers({ live: { flow, points } }: { live: LiveState }): JSX.Element {
  const sum = (value: (point: FlowPoint) => number): number =>
    points.reduce((total, point) => total + value(point), 0);
  const events = sum((point) => point.events);
  const calls = sum((point) => point.calls);
  const queues = flow?.queues;
  const oldest = points.findLast(({ oldestMs }) => oldestMs !== null)?.oldestMs ?? null;
  const isIdle = queues != null && queues.queued + queues.inFlight === 0;
  const numbers: [string, string, (string | undefined)?][] = [
    ['Events in', number(events)],
    [
      'Calls out',
      number(calls),
      events > 0 && calls > 0 ? `${number(Math.round(events / calls))} events a call` : undefined,
    ],
    ['Calls saved', number(sum((point) => point.saved))],
    [
      'Oldest event',
      isIdle ? 'none' : oldest === null ? '–' : duration(oldest),
      isIdle ? 'the queue is empty' : undefined,
    ],
    ['Waiting', number(queues?.queued)],
    ['In flight', number(queues?.inFlight)],
    ['Dead letters', number(queues?.deadLetters)],
  ];
  return (
    <dl class="numbers">
      {numbers.map(([label, value, note]) => (
        <div
          key={label}
          class={label === 'Dead letters' && (queues?.deadLetters ?? 0) > 0 ? 'bad' : undefined}
        >
          <dt>{label}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Latest({ live: { batches, about } }: { live: LiveState }): JSX.Element {
  if (batches.length === 0)
    return (
      <Empty title="No batch yet.">
        {about?.kind === 'local' ? (
          <>
            <a href={linkTo('send')}>Send an event</a>, or a storm of them.
          </>
        ) : (
          'Batches appear here when events come.'
        )}
      </Empty>
    );
  return <LatestBatches batches={batches} most={LATEST} withDuration />;
}
