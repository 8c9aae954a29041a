/**
 * The pause that the API asks for with `Retry-After`, and the probe that ends it. A pause holds for all calls
 * of an environment, so one wrong header could hide the environment from a healthy API. Therefore one
 * attempt, the probe, goes first: at the end of the pause, and in a long pause also after 5, 10, 20, 40 and
 * then every 60 seconds. When the API answers it, all go on; when the API asks for another pause, the others
 * wait on.
 */

const FIRST_PROBE_MS = 5000;
const LONGEST_PROBE_MS = 60_000;
/** After a probe that had no answer, or a 5xx without `Retry-After`. */
const AGAIN_MS = 1000;

/** What an attempt found out about the API. `unknown`: it was aborted. */
export interface Finding {
  health: 'well' | 'ill' | 'unknown';
  /** The pause that the API asked for. */
  retryAfterMs?: number | undefined;
}

/** The pause of a client. */
export interface Pause {
  /** Milliseconds until an attempt may start; Infinity while a probe is on its way. */
  waitMs(): number;
  /**
   * What is left of a pause, in milliseconds; 0 where there is none, and while a probe is due or on its way.
   */
  leftMs(): number;
  /**
   * An attempt starts; in a pause it is the probe. Call the function that it returns when the attempt has
   * ended.
   */
  start(): (finding: Finding) => void;
}

interface State {
  untilMs: number;
  probeAtMs: number;
  stepMs: number;
  probing: boolean;
}

/** @param now a clock that never steps back, in milliseconds. */
export function createPause(now: () => number = () => performance.now()): Pause {
  let state: State | undefined;

  const waitMs = (): number => {
    if (state === undefined) return 0;
    return state.probing ? Number.POSITIVE_INFINITY : Math.max(0, state.probeAtMs - now());
  };

  function end(isProbe: boolean, { health, retryAfterMs = 0 }: Finding): void {
    if (retryAfterMs > 0) state = asked(state, isProbe, retryAfterMs, now());
    else if (isProbe && health === 'well') state = undefined;
    else if (isProbe && state !== undefined) {
      const probeAtMs = now() + (health === 'ill' ? AGAIN_MS : 0);
      state = { ...state, probing: false, probeAtMs };
    }
  }

  return {
    waitMs,
    leftMs: () =>
      state === undefined || state.probing || waitMs() === 0
        ? 0
        : Math.max(state.untilMs, state.probeAtMs) - now(),
    start() {
      const isProbe = state !== undefined;
      if (state !== undefined) state = { ...state, probing: true };
      return (finding) => end(isProbe, finding);
    },
  };
}

/**
 * A probe has the API's latest word. Of attempts that were on their way together, the longest pause counts.
 */
function asked(state: State | undefined, isProbe: boolean, retryAfterMs: number, nowMs: number): State {
  if (state === undefined || isProbe) {
    const stepMs = state === undefined ? FIRST_PROBE_MS : Math.min(LONGEST_PROBE_MS, state.stepMs * 2);
    const untilMs = nowMs + retryAfterMs;
    return { untilMs, stepMs, probeAtMs: Math.min(untilMs, nowMs + stepMs), probing: false };
  }
  const untilMs = Math.max(state.untilMs, nowMs + retryAfterMs);
  return { ...state, untilMs, probeAtMs: Math.min(untilMs, nowMs + state.stepMs) };
}
