/** The fields that event types share. Each schema's error says what the field must be. Made when they are asked for: see EventType. */
import * as z from 'zod/mini';
import { isIpAddress } from './ip.ts';

const IDENTIFIER = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/** An identifier of a session, a deployment or a tag: 1-128 of `A-Z a-z 0-9 . _ -`, never `.` or `..`. */
export const identifier = () =>
  z
    .string({ error: 'must be a string' })
    .check(z.regex(IDENTIFIER, { error: 'must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..' }));

const ipAddress = () =>
  z
    .string({ error: 'must be a string' })
    .check(z.refine(isIpAddress, { error: 'must be an IPv4 or IPv6 address' }));

/** 1 to 1,000 identifiers. */
export const identifiers = () => listOf(identifier(), 1000);

/** 1 to 1,000 IPv4 or IPv6 addresses. */
export const ipList = () => listOf(ipAddress(), 1000);

/** A list of 1 to `max` items. Its length is checked before its items, so that a huge list costs nothing. */
export function listOf<T extends z.ZodMiniType>(item: T, max: number) {
  return z.array(item, { error: 'must be a list' }).check(
    z.minLength(1, { error: 'must not be empty' }),
    // Written when it is needed: the first number in words costs a cold start 14 ms.
    z.maxLength(max, { error: () => `must have at most ${max.toLocaleString('en')} items` }),
  );
}

/** An object with exactly one of these members, which the error names. */
export function exactlyOneOf<T extends z.core.$ZodLooseShape>(shape: T) {
  const names = Object.keys(shape);
  const count = (data: object): number => names.filter((name) => Object.hasOwn(data, name)).length;
  return z
    .object(shape, { error: 'must be an object' })
    .check(z.refine((data) => count(data) === 1, { error: `must have exactly one of ${names.join(', ')}` }));
}
