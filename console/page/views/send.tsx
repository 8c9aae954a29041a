/** Events by hand, and storms. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { EventTypeInfo, Violation } from '../../answers.ts';
import { ApiError, messageOf } from '../api.ts';
import { useAsked, usePage } from '../parts/context.ts';
import { LatestBatches } from '../parts/latest-batches.tsx';
import { Problem } from '../parts/states.tsx';
import type { LiveState } from '../stream.ts';
import { counted, number } from '../words.ts';
import { type Data, fieldsOf, SchemaForm } from './schema-form.tsx';

const LATEST = 5;
const MATCHES = [10, 100, 1000];

/** The form of an event, a storm, and what became of them. */
export function SendEvents({ live }: { live: LiveState }): JSX.Element {
  const { value: types, problem } = useAsked<EventTypeInfo[]>('/api/event-types');
  const [chosen, setChosen] = useState('match.ended');
  const type = types?.find((one) => one.type === chosen) ?? types?.[0];
  return (
    <section aria-labelledby="send">
      <h2 id="send">Send</h2>
      <Problem text={problem} />
      <div class="cards">
        <div class="card">
          <h3>One event</h3>
          <label class="field">
            <span>Type</span>
            <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              {types?.map((one) => (
                <option key={one.type} value={one.type}>
                  {one.type}
                </option>
              ))}
            </select>
          </label>
          {type !== undefined && <EventForm key={type.type} info={type} />}
        </div>
        <div class="card">
          <h3>Storm</h3>
          <Storm live={live} />
          <LatestBatches batches={live.batches} most={LATEST} />
        </div>
      </div>
    </section>
  );
}

function EventForm({ info: { type, schema } }: { info: EventTypeInfo }): JSX.Element {
  const { api, say } = usePage();
  const fields = fieldsOf(schema);
  const [data, setData] = useState<Data>({});
  const [evenIfInvalid, setEvenIfInvalid] = useState(false);
  const [violations, setViolations] = useState<readonly Violation[]>([]);
  const send = async (submitted: Event): Promise<void> => {
    submitted.preventDefault();
    const event = { type, id: crypto.randomUUID(), time: new Date().toISOString(), source: 'console', data };
    try {
      await api.send('POST', '/api/events', { event, evenIfInvalid });
      setViolations([]);
      say(`Sent ${type}.`);
    } catch (error) {
      setViolations(error instanceof ApiError ? error.violations : []);
      say(messageOf(error), 'bad');
    }
  };
  return (
    <form onSubmit={send} noValidate>
      <SchemaForm fields={fields} data={data} violations={violations} onChange={setData} />
      <label class="check">
        <input
          type="checkbox"
          checked={evenIfInvalid}
          onChange={(event) => setEvenIfInvalid(event.currentTarget.checked)}
        />
        Send it even if it is invalid
      </label>
      <div class="actions">
        <button type="submit" class="primary">
          Send {type}
        </button>
      </div>
    </form>
  );
}

function Storm({ live }: { live: LiveState }): JSX.Element {
  const { api, say } = usePage();
  const [matches, setMatches] = useState(100);
  const [busy, setBusy] = useState(false);
  const progress = live.progress.find(({ what }) => what === 'storm');
  const start = async (submitted: Event): Promise<void> => {
    submitted.preventDefault();
    setBusy(true);
    try {
      await api.send('POST', '/api/storm', { matches });
      say(`Sent ${counted(matches * 11, 'event')}.`);
    } catch (error) {
      say(messageOf(error), 'bad');
    }
    setBusy(false);
  };
  return (
    <form onSubmit={start}>
      <p>Matches of ten players that end together: ten users leave, then the match ends.</p>
      <label class="field">
        <span>Matches</span>
        <select value={matches} onChange={(event) => setMatches(Number(event.currentTarget.value))}>
          {MATCHES.map((count) => (
            <option key={count} value={count}>
              {number(count)} ({counted(count * 11, 'event')})
            </option>
          ))}
        </select>
      </label>
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          Start the storm
        </button>
        {busy && (
          <progress
            aria-label="Events sent"
            value={progress?.done ?? 0}
            max={progress?.total ?? matches * 11}
          />
        )}
      </div>
    </form>
  );
}
