/** A look at one thing: what is known of it from several sides, each of which may fail by itself. */
import { SessionsApiError } from '../../lib/edgegap/errors.ts';
import { messageOf } from './lists.ts';

/** Waits for both sides. @returns what they found, undefined where one failed or found nothing, and why it failed. */
export async function lookAt<One, Other>(one: Promise<One>, other: Promise<Other>) {
  const [first, second] = await Promise.allSettled([one, other]);
  return {
    found: first.status === 'fulfilled' ? first.value : undefined,
    remembered: second.status === 'fulfilled' ? second.value : undefined,
    problems: [first, second].flatMap((side) => (side.status === 'rejected' ? [messageOf(side.reason)] : [])),
  };
}

/** Waits for an answer of the API. @returns undefined where it does not know the id: 404, 410, or 400 (seen). */
export async function orUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof SessionsApiError && [400, 404, 410].includes(error.status ?? 0)) return undefined;
    throw error;
  }
}
