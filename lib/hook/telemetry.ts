/** What a request tells: one log line and the metrics. Neither holds a body, a header, or the path as it came. */
import { emitMetrics } from '../runtime/emf.ts';
import { logInfo } from '../runtime/log.ts';
import type { HookResult } from './answers.ts';

/** Logs a request and writes its metrics. @param route such as `POST /hooks`. */
export function tellHook(
  { status, accepted, ignored }: HookResult,
  route: string,
  FunctionName: string,
): void {
  logInfo('hook', { route, status, accepted, ignored });
  const count = (value: number) => ({ value, unit: 'Count' as const });
  const when = (is: boolean) => count(is ? 1 : 0);
  emitMetrics(
    {
      HookAccepted: count(accepted),
      HookIgnored: count(ignored),
      HookUnauthorized: when(status === 401),
      HookInvalid: when(status >= 400 && status < 500 && status !== 401),
      HookUnavailable: when(status >= 500),
    },
    { FunctionName },
  );
}
