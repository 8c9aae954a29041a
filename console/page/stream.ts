/** The live state of the page: what the stream of server-sent events says. */
import { useEffect, useReducer } from 'preact/hooks';
import type { About, BatchRow, Flow, FlowPoint, Progress, StreamMessages, SweepRun } from '../protocol.ts';
import { type Api, ApiError } from './api.ts';

/** What is known now. */
export interface LiveState {
  connection: 'connecting' | 'open' | 'lost' | 'refused';
  about: About | undefined;
  flow: Flow | undefined;
  points: readonly FlowPoint[];
  /** The newest first. */
  batches: readonly BatchRow[];
  /** The newest first. */
  sweeps: readonly SweepRun[];
  progress: readonly Progress[];
}

type Change =
  | { [Name in keyof StreamMessages]: { name: Name; message: StreamMessages[Name] } }[keyof StreamMessages]
  | { name: 'connection'; message: LiveState['connection'] };

const NOTHING: LiveState = {
  connection: 'connecting',
  about: undefined,
  flow: undefined,
  points: [],
  batches: [],
  sweeps: [],
  progress: [],
};
const MOST_BATCHES = 1000;
const AGAIN_MS = 1000;

/** The state after a message. */
export function reduce(state: LiveState, { name, message }: Change): LiveState {
  switch (name) {
    // A server that was started again begins anew.
    case 'about':
      return { ...NOTHING, connection: 'open', about: message };
    case 'flow':
      return { ...state, flow: message, points: mergePoints(state, message.points) };
    case 'batches':
      return { ...state, batches: mergeBatches(state.batches, message) };
    case 'sweeps':
      return { ...state, sweeps: message.toReversed() };
    case 'progress':
      return { ...state, progress: message };
    case 'connection':
      return { ...state, connection: message };
  }
}

function mergePoints({ points, about }: LiveState, fresh: readonly FlowPoint[]): FlowPoint[] {
  const [first] = fresh;
  if (first === undefined) return [...points];
  const newest = fresh.at(-1)?.at ?? first.at;
  const from = newest - (about?.windowMinutes ?? 0) * 60_000;
  return [...points.filter(({ at }) => at < first.at && at > from), ...fresh];
}

function mergeBatches(known: readonly BatchRow[], fresh: readonly BatchRow[]): BatchRow[] {
  const changed = new Set(fresh.map(({ id }) => id));
  return [...fresh.toReversed(), ...known.filter(({ id }) => !changed.has(id))].slice(0, MOST_BATCHES);
}

/** Keeps the stream open, and returns what it says. */
export function useLive(api: Api): LiveState {
  const [state, change] = useReducer(reduce, NOTHING);
  useEffect(() => {
    const closing = new AbortController();
    void follow(api, change, closing.signal);
    return () => closing.abort();
  }, [api]);
  return state;
}

async function follow(api: Api, change: (change: Change) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const message of messages(api, signal)) change(message);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 401) {
        change({ name: 'connection', message: 'refused' });
        return;
      }
    }
    change({ name: 'connection', message: 'lost' });
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function* messages(api: Api, signal: AbortSignal): AsyncGenerator<Change> {
  let name = '';
  for await (const line of api.lines('/api/stream', signal)) {
    if (line.startsWith('event: ')) name = line.slice('event: '.length);
    if (line.startsWith('data: ')) yield { name, message: JSON.parse(line.slice('data: '.length)) } as Change;
  }
}
