/** Checking what comes from outside: request bodies, queries, and the settings of the sandbox. */
import * as z from 'zod/mini';

/** The result of a check: the value, or one sentence that says where it is wrong and why. */
export type Checked<T> = { ok: true; value: T } | { ok: false; reason: string };

// zod/mini has no messages of its own until it has a locale; passed here, it does not change anyone else's.
const { localeError } = z.locales.en();

/** Checks a value from outside; the reason names the first wrong member, or `body` for the value itself. */
export function check<T extends z.ZodMiniType>(schema: T, value: unknown): Checked<z.output<T>> {
  const result = schema.safeParse(value, { error: localeError });
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map(String).join('.');
  return { ok: false, reason: `${path === '' ? 'body' : path}: ${issue?.message ?? 'is wrong'}` };
}
