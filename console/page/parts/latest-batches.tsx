/** The latest batches, one line each. */
import type { JSX } from 'preact';
import { linkTo } from '../route.ts';
import type { LiveState } from '../stream.ts';
import { counted, duration } from '../words.ts';
import { OutcomeBar } from './outcomes.tsx';
import { Ago } from './time.tsx';

/** Under a heading. @param most batches that are shown. */
export function LatestBatches(props: {
  batches: LiveState['batches'];
  most: number;
  withDuration?: boolean;
}): JSX.Element {
  const { batches, most, withDuration = false } = props;
  return (
    <>
      <h3>Latest batches</h3>
      <ul class="latest">
        {batches.slice(0, most).map(({ id, at, records, calls, outcomes, durationMs }) => (
          <li key={id}>
            <span class="quiet">
              <Ago at={at} />
            </span>
            <a href={linkTo('batches', id)}>
              {counted(records, 'event')} → {counted(calls, 'call')}
            </a>
            <OutcomeBar outcomes={outcomes} />
            {withDuration && <span class="quiet number">{duration(durationMs)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
