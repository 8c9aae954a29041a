/**
 * Stops deployments, on evidence: a 2xx to a stop by name, an id in `processable`, a 410; a 404 while the list of
 * deployments answers; a whole list without the id. A server that stopped itself meanwhile is a success.
 */
import { wordOf } from '../../events/words.ts';
import type { DeploymentRow } from '../edgegap/deployment-models.ts';
import type { SessionsApiError } from '../edgegap/errors.ts';
import { isSessionsApiError } from '../edgegap/errors.ts';
import { chunks } from '../runtime/lists.ts';
import { retryFor, UNPROVEN } from './findings.ts';
import { isUnknown, judge } from './judge.ts';
import { callRoll, contradiction, type RollSource, surfaceOutcome } from './roll.ts';
import type { RunContext } from './run-call.ts';
import { stopCall, stopRefusalKey } from './stops.ts';
import type { Outcome, StopCall, StoppedDeployment, Target, TargetResult } from './types.ts';

/** What stops came to. */
export interface Stopping {
  results: TargetResult[];
  /** Deployments that are stopped, on evidence: to be remembered. */
  stopped: StoppedDeployment[];
}

/** What stops came to, and what they leave to prove. */
interface Stops extends Stopping {
  /** Left out by the answer of a bulk stop, or not reached by the budget: no evidence. */
  open: Target[];
  /** Answered as if there were no such deployment. */
  suspects: Target[];
}

/** The statuses of a deployment that ends or has ended. */
const ENDED = new Set(['terminating', 'terminated']);

/**
 * Makes stops. What the answer of a bulk stop leaves out is asked for once more in bulk; what is still missing is
 * stopped by name as far as the budget goes, where the list of deployments holds it. Never rejects for an error of
 * the API.
 */
export async function stopDeployments(calls: readonly StopCall[], context: RunContext): Promise<Stopping> {
  const first = await runAll(calls, context);
  const again = await runAll(chunks(first.open, context.bulkStopChunk).map(stopCall), context);
  const proven = await prove(again.open, context);
  const suspects = [...first.suspects, ...again.suspects, ...proven.suspects];
  return merge([first, again, proven, await confirm(suspects, context)]);
}

async function runAll(calls: readonly StopCall[], context: RunContext): Promise<Stops> {
  context.budget.spend(calls.length);
  return merge(await Promise.all(calls.map((call) => run(call, context))));
}

/** One call; where it is refused for one of many, the halves of it. */
async function run(call: StopCall, context: RunContext): Promise<Stops> {
  try {
    return call.operation === 'deploymentStop' ? await stopOne(call, context) : await stopMany(call, context);
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return await afterFailure(call, error, context);
  }
}

async function stopOne(call: StopCall, context: RunContext): Promise<Stops> {
  const [target] = call.targets;
  if (target === undefined) return some({});
  await context.audit.change(call, (client, options) => client.deploymentStop(target.value, options));
  return stopped([target], 'done', context);
}

async function stopMany(call: StopCall, context: RunContext): Promise<Stops> {
  const values = call.targets.map(({ value }) => value);
  const filters = [{ field: 'request_id' as const, filter_type: 'any' as const, values }];
  const ids = await context.audit.change(
    call,
    async (client, options) => {
      const { processable } = await client.deploymentsBulkStop({ filters }, options);
      return processable && new Set(processable);
    },
    (answer) => answer,
  );
  const isStopped = ({ value }: Target): boolean => ids?.has(value) === true;
  const open = call.targets.filter((target) => !isStopped(target));
  return { ...stopped(call.targets.filter(isStopped), 'done', context), open };
}

async function afterFailure(call: StopCall, error: SessionsApiError, context: RunContext): Promise<Stops> {
  const { targets } = call;
  switch (judge(call, error)) {
    case 'gone':
      return stopped(targets, 'gone', context);
    case 'suspect':
      return some({ suspects: [...targets] });
    case 'surface':
      return every(targets, retryFor(error, 'SURFACE_MISSING'));
    case 'question':
      return merge(await Promise.all(targets.map((target) => askStatus(target, error, context))));
    case 'split':
      return await runHalves(targets, context);
    case 'dead':
      return merge(targets.map((target) => refused(target, error, context)));
    default:
      return every(targets, retryFor(error));
  }
}

async function runHalves(targets: readonly Target[], context: RunContext): Promise<Stops> {
  const all: Stops[] = [];
  for (const half of chunks(targets, Math.ceil(targets.length / 2)))
    all.push(context.budget.take() ? await run(stopCall(half), context) : some({ open: half }));
  return merge(all);
}

/** A stop was refused with 400, as an id that the API does not know may be: its status decides. */
async function askStatus(target: Target, refusal: SessionsApiError, context: RunContext): Promise<Stops> {
  context.budget.spend(1);
  try {
    const { current_status } = await context.client.deploymentStatus(target.value, context.call);
    if (ENDED.has(wordOf(current_status))) return stopped([target], 'gone', context);
    return refused(target, refusal, context);
  } catch (error) {
    if (!isSessionsApiError(error)) throw error;
    return isUnknown(error) ? some({ suspects: [target] }) : every([target], retryFor(error));
  }
}

function refused(target: Target, { code, message }: SessionsApiError, { memory }: RunContext): Stops {
  memory.rememberRefusal(stopRefusalKey(target.value), message);
  return every([target], { kind: 'dead', code, reason: message });
}

async function prove(targets: readonly Target[], context: RunContext): Promise<Stops> {
  if (targets.length === 0) return some({});
  const roll = await callRoll(deploymentRoll(context), targets.length, context.budget);
  if ('error' in roll) return every(targets, surfaceOutcome(roll.error));
  const absent = targets.filter(({ value }) => roll.listed(value) === 'absent');
  const there = targets.filter((target) => !absent.includes(target));
  const stops = there.map(async (target) =>
    context.budget.take()
      ? await run({ operation: 'deploymentStop', targets: [target] }, context)
      : every([target], UNPROVEN),
  );
  return merge([every(absent, { kind: 'gone' }), ...(await Promise.all(stops))]);
}

/** A 404 is believed where the list, asked after it, answers and does not hold the deployment. */
async function confirm(suspects: readonly Target[], context: RunContext): Promise<Stops> {
  if (suspects.length === 0) return some({});
  const roll = await callRoll(deploymentRoll(context), suspects.length, context.budget);
  if ('error' in roll) return every(suspects, surfaceOutcome(roll.error));
  const confirmed = suspects.map(async (target) => {
    const listed = roll.listed(target.value);
    if (listed === 'absent') return every([target], { kind: 'gone' });
    if (listed === 'present')
      return every([target], contradiction('deploymentStop', `deployment ${target.value}`));
    if (!context.budget.take()) return every([target], UNPROVEN);
    const again = await run({ operation: 'deploymentStop', targets: [target] }, context);
    return merge([{ ...again, suspects: [] }, every(again.suspects, { kind: 'gone' })]);
  });
  return merge(await Promise.all(confirmed));
}

/** The list of all deployments. It shows no status: one that is ending is stopped by name, and answers that it is. */
function deploymentRoll({ client, call }: RunContext): RollSource<DeploymentRow> {
  return {
    firstPage: (query) => client.listDeployments(query, call),
    async whole() {
      const { deployments: rows, steady } = await client.deploymentsRollCall(call);
      return { rows, steady };
    },
    idOf: ({ request_id }) => request_id,
    isEnding: () => false,
  };
}

function some(stops: Partial<Stops>): Stops {
  return { results: [], stopped: [], open: [], suspects: [], ...stops };
}

function every(targets: readonly Target[], outcome: Outcome): Stops {
  return some({ results: targets.map((target) => ({ target, outcome })) });
}

function stopped(targets: readonly Target[], kind: 'done' | 'gone', { causeOf }: RunContext): Stops {
  const evidence = targets.map(({ value, records }) => {
    const { by, event } = causeOf(records[0] ?? -1);
    return { deploymentId: value, by, event };
  });
  return { ...every(targets, { kind }), stopped: evidence };
}

function merge(all: readonly Stops[]): Stops {
  return {
    results: all.flatMap(({ results }) => results),
    stopped: all.flatMap((one) => one.stopped),
    open: all.flatMap(({ open }) => open),
    suspects: all.flatMap(({ suspects }) => suspects),
  };
}
