/** What `SWEEP_PROTECT` and `SWEEP_ONLY` name: sessions, deployments and tags. Pure. */

/** Names sessions: an id, a deployment's request id or a deployment's tag; `prefix` for a trailing `*`. */
export interface Selector {
  kind: 'session' | 'deployment' | 'tag';
  text: string;
  prefix: boolean;
}

/** What is known about the names of a session. `undefined`: not known. */
export interface SessionNames {
  id: string;
  /** Request ids of its deployment. */
  deployments: readonly string[] | undefined;
  /** Tags of its deployment. */
  tags: readonly string[] | undefined;
}

/** Whether a session is named. `unknown`: by a deployment or a tag perhaps, which the API does not show. */
export type Match = 'yes' | 'no' | 'unknown';

const SELECTOR = /^(session|deployment|tag):([^,*]*[^,*\s])(\*?)$/;

/** Reads `session:ID, deployment:ID, tag:NAME*`. Returns undefined where an entry is none of these. */
export function parseSelectors(text: string): Selector[] | undefined {
  const entries = text.split(',').map((entry) => parseSelector(entry.trim()));
  const valid = entries.filter((entry) => entry !== undefined);
  return valid.length === entries.length ? valid : undefined;
}

function parseSelector(entry: string): Selector | undefined {
  const [, kind, text, star] = SELECTOR.exec(entry) ?? [];
  if (text === undefined) return undefined;
  const known = kind === 'session' || kind === 'deployment' ? kind : 'tag';
  return { kind: known, text, prefix: star === '*' };
}

/** Whether one of the selectors names the session. */
export function matchOf(selectors: readonly Selector[], { id, deployments, tags }: SessionNames): Match {
  const names = { session: [id], deployment: deployments, tag: tags };
  const isNamed = ({ kind, text, prefix }: Selector): boolean =>
    names[kind]?.some((name) => (prefix ? name.startsWith(text) : name === text)) ?? false;
  if (selectors.some(isNamed)) return 'yes';
  return selectors.some(({ kind }) => names[kind] === undefined) ? 'unknown' : 'no';
}
