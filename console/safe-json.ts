/** JSON for the page. */
import { mask } from '../lib/runtime/mask.ts';

/** Returns a value as JSON, with `***` for every secret that this process knows. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === 'string' ? mask(member) : member));
}
