/** Times: relative to read, exact on hover. */
import type { JSX } from 'preact';
import { useContext } from 'preact/hooks';
import { age, exactTime } from '../words.ts';
import { NowContext } from './context.ts';

/** How long ago something was. @param at epoch milliseconds; a dash where it is not known */
export function Ago({ at, suffix = '' }: { at: number | null | undefined; suffix?: string }): JSX.Element {
  const now = useContext(NowContext);
  if (at == null) return <span class="unknown">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {age(now - at)}
      {suffix}
    </time>
  );
}
