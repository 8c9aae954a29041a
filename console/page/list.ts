/** A list of the API, read part by part, and read again while it is shown. */
import { useEffect, useState } from 'preact/hooks';
import type { ListPart } from '../answers.ts';
import { type Api, messageOf } from './api.ts';
import { usePage } from './parts/context.ts';

/** What was read of a list. */
export interface List<Row> {
  rows: readonly Row[];
  problem: string | undefined;
  loading: boolean;
  reload(): void;
}

/** From the end of one reading to the start of the next: each costs calls of the API. */
const AGAIN_MS = 10_000;
/** A list of a hundred parts must not be drawn a hundred times. */
const SHOW_MS = 500;

/** Reads the list at a path, again and again. The rows of the last reading stay until a new one is whole. */
export function useList<Row>(path: string): List<Row> {
  const { api } = usePage();
  const [version, setVersion] = useState(0);
  const [list, setList] = useState<Omit<List<Row>, 'reload'>>({
    rows: [],
    problem: undefined,
    loading: true,
  });
  useEffect(() => {
    const closing = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setList((before) => ({ ...before, loading: true }));
    const show = (rows: readonly Row[]): void =>
      setList((before) => (rows.length > before.rows.length ? { ...before, rows } : before));
    read(api, path, closing.signal, show).then(({ rows, problem }) => {
      if (closing.signal.aborted) return;
      setList((before) => ({ rows: problem === undefined ? rows : before.rows, problem, loading: false }));
      timer = setTimeout(() => setVersion((before) => before + 1), AGAIN_MS);
    });
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [api, path, version]);
  return { ...list, reload: () => setVersion((before) => before + 1) };
}

async function read<Row>(api: Api, path: string, signal: AbortSignal, show: (rows: readonly Row[]) => void) {
  const rows: Row[] = [];
  let shownAt = 0;
  try {
    for await (const line of api.lines(path, signal)) {
      const part: ListPart<Row> = JSON.parse(line);
      rows.push(...part.rows);
      if (part.problem !== undefined) return { rows, problem: part.problem };
      if (Date.now() - shownAt < SHOW_MS) continue;
      shownAt = Date.now();
      show([...rows]);
    }
    return { rows, problem: undefined };
  } catch (error) {
    return { rows, problem: messageOf(error) };
  }
}
