/** What was done about a session or a deployment. */
import type { JSX } from 'preact';
import type { Cause } from '../../answers.ts';
import type { AuditEntry } from '../../protocol.ts';
import { linkTo } from '../route.ts';
import { operationName } from '../words.ts';
import { OutcomeWord } from './outcomes.tsx';
import { Empty } from './states.tsx';
import { Ago } from './time.tsx';

/** Addresses that a line names. */
const SHOWN = 5;

interface HistoryProps {
  /** Who ended it, as the memory knows. */
  ended: Cause | null;
  /** What ending it is called. */
  verb: 'Deleted' | 'Stopped';
  /** The newest last. */
  entries: readonly AuditEntry[];
}

/** Shows who ended something, then the audit lines that name it, the newest first. */
export function History({ ended, verb, entries }: HistoryProps): JSX.Element {
  return (
    <>
      <h4>History</h4>
      {ended !== null && (
        <p class="why">
          {verb} <Ago at={ended.at} /> ago by <strong>{ended.by}</strong>, event <code>{ended.event}</code>
        </p>
      )}
      {entries.length > 0 && (
        <ol class="history">
          {entries.toReversed().map((entry, index) => (
            <HistoryLine key={index} entry={entry} />
          ))}
        </ol>
      )}
      {ended === null && entries.length === 0 && (
        <Empty title="Nothing was done about it.">The console has no audit line that names it.</Empty>
      )}
    </>
  );
}

function HistoryLine({ entry }: { entry: AuditEntry }): JSX.Element {
  const { at, operation, outcome, by, targets, sessionId, code } = entry;
  return (
    <li>
      <Ago at={at} /> ago: {operationName(operation)} <OutcomeWord name={outcome} /> by {by.join(', ')}
      {sessionId !== null && `, ${targets.slice(0, SHOWN).join(', ')}${targets.length > SHOWN ? ' …' : ''}`}{' '}
      {code !== null && <a href={linkTo('failures', code)}>{code}</a>}
    </li>
  );
}
