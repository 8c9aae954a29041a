/** What `SWEEP_PROTECT` and `SWEEP_ONLY` name: sessions, deployments, their tags and apps. Pure. */

/** What a selector goes by. */
const KINDS = ['session', 'deployment', 'tag', 'app'] as const;

/**
 * Names sessions and deployments: a session's id, a deployment's request id, tag or app; `prefix` for a trailing `*`.
 */
export interface Selector {
  kind: (typeof KINDS)[number];
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

/** Whether a session or a deployment is named. `unknown`: by something perhaps that the API does not show. */
export type Match = 'yes' | 'no' | 'unknown';

const SELECTOR = /^(session|deployment|tag|app):([^,*]*[^,*\s])(\*?)$/;

/** Reads `session:ID, deployment:ID, tag:NAME*, app:NAME`. Returns undefined where an entry is none of these. */
export function parseSelectors(text: string): Selector[] | undefined {
  const entries = text.split(',').map((entry) => parseSelector(entry.trim()));
  const valid = entries.filter((entry) => entry !== undefined);
  return valid.length === entries.length ? valid : undefined;
}

function parseSelector(entry: string): Selector | undefined {
  const [, kind, text, star] = SELECTOR.exec(entry) ?? [];
  const known = KINDS.find((one) => one === kind);
  return text === undefined || known === undefined ? undefined : { kind: known, text, prefix: star === '*' };
}

/** Whether one of the selectors names the session. No app names a session: the API does not show whose it is. */
export function matchOf(selectors: readonly Selector[], { id, deployments, tags }: SessionNames): Match {
  return matchNames(selectors, { session: [id], deployment: deployments, tag: tags, app: [] });
}

/** Whether one of the selectors has one of these names. `undefined`: not known. */
export function matchNames(
  selectors: readonly Selector[],
  names: Readonly<Record<Selector['kind'], readonly string[] | undefined>>,
): Match {
  const isNamed = ({ kind, text, prefix }: Selector): boolean =>
    names[kind]?.some((name) => (prefix ? name.startsWith(text) : name === text)) ?? false;
  if (selectors.some(isNamed)) return 'yes';
  return selectors.some(({ kind }) => names[kind] === undefined) ? 'unknown' : 'no';
}
