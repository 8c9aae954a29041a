/** What a request reports: one log line and the metrics. */
import type { Violation } from '../../events/index.ts';
import { emitMetrics } from '../runtime/emf.ts';
import { logInfo } from '../runtime/log.ts';
import type { HookResult } from './hook.ts';

/** Violations in one log line. */
const MOST_LOGGED = 10;
/** A value that a reason names, as JSON text: it may hold anything. */
const VALUE = /"(?:[^"\\]|\\.)*"/g;

/**
 * Logs a request and writes its metrics. The line says where and why something was refused, and never shows a value.
 */
export function reportHook(result: HookResult, FunctionName: string): void {
  const { status, accepted, ignored, violations, route, source, webhookId, secretName, code } = result;
  const refused = violations.slice(0, MOST_LOGGED).map(withoutValues);
  logInfo('hook', {
    ...{ route, source, status, accepted, ignored, code, webhookId, secretName },
    ...(refused.length > 0 && { violations: refused }),
  });
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

function withoutValues({ pointer, reason }: Violation): Violation {
  return { pointer, reason: reason.replace(VALUE, '"…"') };
}
