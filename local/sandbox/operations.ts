/** The operations by their names. */
import type { Answer, Call } from './call.ts';
import * as deployments from './deployments.ts';
import type { Operation } from './models.ts';
import * as sessions from './sessions.ts';

/** Each operation's work. */
export const WORK: Readonly<Record<Operation, (call: Call) => Answer>> = { ...sessions, ...deployments };
