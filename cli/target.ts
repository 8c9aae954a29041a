/**
 * What a tool works on. One rule for all tools: the local stage, unless the command line or the environment names
 * something else (`SESSIONS_API_KEY` or `SESSIONS_API_URL`, `--queue-url`, `--dead-letter-queue-url`, `--hook`).
 * Every tool names it in its first line on stderr.
 */

/** Returns the name of a target, without what may be secret in its URL. */
export function targetName(url: string, isLocal: boolean): string {
  const { origin, pathname } = new URL(url);
  const address = `${origin}${pathname}`.replace(/\/$/, '');
  return isLocal ? `local stage, ${address}` : address;
}
