/** What one batch did: which events became which calls, and what was settled without one. */
import type { JSX } from 'preact';
import type { AuditEntry, BatchRow } from '../../protocol.ts';
import { useAsked } from '../parts/context.ts';
import { MEANINGS, OUTCOMES, OutcomeBar, OutcomeWord } from '../parts/outcomes.tsx';
import { Empty, Facts, Problem } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { linkTo } from '../route.ts';
import { counted, duration, number, operationName } from '../words.ts';

/** Names that are shown before the rest is counted. */
const SHOWN = 12;

/** A call, put together from its lines. */
interface Step extends AuditEntry {
  key: string;
}

/** Shows a batch. */
export function BatchPlan({ batch }: { batch: BatchRow }): JSX.Element {
  const { id, at, records, calls, saved, outcomes, durationMs, codes } = batch;
  const { value, problem, loading } = useAsked<AuditEntry[]>(`/api/batches/${encodeURIComponent(id)}`);
  return (
    <article class="detail" aria-label="The batch that is open">
      <header>
        <h3>
          {counted(records, 'event')} → {counted(calls, 'call')}
        </h3>
        <a class="close" href={linkTo('batches')} aria-label="Close">
          ×
        </a>
      </header>
      <OutcomeBar outcomes={outcomes} />
      <Facts
        facts={[
          ['Handled', <Ago key="at" at={at} suffix=" ago" />],
          ['Took', duration(durationMs)],
          ['Calls saved', number(saved)],
          ['Invocation', <code key="id">{id}</code>],
        ]}
      />
      <Codes codes={codes} />
      <h4>Plan</h4>
      <Problem text={problem} />
      {value !== undefined && value.length > 0 && <Steps steps={stepsOf(value)} />}
      {value?.length === 0 && !loading && <NoPlan batch={batch} />}
    </article>
  );
}

function Codes({ codes }: { codes: BatchRow['codes'] }): JSX.Element | null {
  const entries = Object.entries(codes);
  if (entries.length === 0) return null;
  return (
    <p>
      {entries.map(([code, count]) => (
        <a key={code} class="tag" href={linkTo('failures', code)}>
          {code} {number(count)}
        </a>
      ))}
    </p>
  );
}

/** Without audit lines, the outcomes are all that is known. */
function NoPlan({ batch: { outcomes } }: { batch: BatchRow }): JSX.Element {
  const present = OUTCOMES.filter((name) => outcomes[name] > 0);
  return (
    <Empty title="The log has no audit lines of this batch.">
      {present.map((name) => `${number(outcomes[name])} ${name}: ${MEANINGS[name]}`).join(' ')}
    </Empty>
  );
}

/** Lines of one call, and of what needed none, carry parts of what ended in one way. */
function stepsOf(entries: readonly AuditEntry[]): Step[] {
  const groups = Map.groupBy(entries, ({ call, outcome, code }) => `${call} ${outcome} ${code}`);
  return [...groups].flatMap(([key, [first, ...others]]) =>
    first === undefined ? [] : [{ ...others.reduce(joined, first), key }],
  );
}

function joined(one: AuditEntry, other: AuditEntry): AuditEntry {
  const both = (name: 'targets' | 'events' | 'by' | 'senders'): string[] => [
    ...new Set([...one[name], ...other[name]]),
  ];
  return {
    ...one,
    targets: both('targets'),
    events: both('events'),
    by: both('by'),
    senders: both('senders'),
  };
}

function Steps({ steps }: { steps: readonly Step[] }): JSX.Element {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step.key} class={step.operation === 'none' ? 'no-call' : 'call'}>
          <p class="step-title">
            <strong>{operationName(step.operation)}</strong>
            {step.sessionId !== null && <SessionLink id={step.sessionId} />}
            <OutcomeWord name={step.outcome} />
            {step.status !== null && <span class="quiet">HTTP {step.status}</span>}
            {step.code !== null && <a href={linkTo('failures', step.code)}>{step.code}</a>}
          </p>
          {step.operation === 'none' && <p class="quiet">{MEANINGS[step.outcome]}</p>}
          {step.filter !== null && (
            <p class="quiet">
              by {step.filter.field}: {step.filter.values.join(', ')}
            </p>
          )}
          {step.senders.length > 0 && <p class="quiet">sent by {step.senders.join(', ')}</p>}
          <Names label={targetsLabel(step)} names={step.targets} />
          <Names
            label={`from ${counted(step.events.length, 'event')} (${step.by.join(', ')})`}
            names={step.events}
          />
        </li>
      ))}
    </ol>
  );
}

function targetsLabel({ operation, targets }: Step): string {
  const isUsers = operation === 'deleteUsersSession' || operation === 'putUsersSession';
  return counted(targets.length, isUsers ? 'user' : 'target');
}

function SessionLink({ id }: { id: string }): JSX.Element {
  return <a href={linkTo('sessions', id)}>{id}</a>;
}

/** A count that opens the names. */
function Names({ label, names }: { label: string; names: readonly string[] }): JSX.Element | null {
  if (names.length === 0) return null;
  if (names.length === 1)
    return (
      <p class="names">
        <span class="quiet">{label}</span> <code>{names[0]}</code>
      </p>
    );
  return (
    <details class="names">
      <summary>{label}</summary>
      <p>
        {names.slice(0, SHOWN * 10).map((name, index) => (
          <code key={index}>{name}</code>
        ))}
        {names.length > SHOWN * 10 && <span class="quiet">and {number(names.length - SHOWN * 10)} more</span>}
      </p>
    </details>
  );
}
