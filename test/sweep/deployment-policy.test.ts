/** The policy of the sweep of deployments: what is not known keeps a deployment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeploymentFacts, DeploymentPolicy } from '../../lib/sweep/deployment-policy.ts';
import { judgeDeployment } from '../../lib/sweep/deployment-policy.ts';
import type { Selector } from '../../lib/sweep/selectors.ts';

const NOW = Date.UTC(2026, 0, 31, 20);
const MINUTE = 60_000;
const POLICY: DeploymentPolicy = {
  emptyAfterMs: 15 * MINUTE,
  maxAgeMs: 1440 * MINUTE,
  protect: [],
  only: [],
};
const ago = (minutes: number): number => NOW - minutes * MINUTE;
const EMPTY: DeploymentFacts = {
  id: 'd1',
  status: 'ready',
  startedMs: ago(60),
  tags: ['eu', 'ranked'],
  app: 'arena',
  sessions: 0,
  emptySinceMs: ago(20),
};
const judge = (facts: Partial<DeploymentFacts>, policy: Partial<DeploymentPolicy> = {}) =>
  judgeDeployment({ ...EMPTY, ...facts }, NOW, { ...POLICY, ...policy });
const stop = (rule: string) => ({ stop: true, rule });
const keep = (rule: string) => ({ stop: false, rule });

describe('what is stopped', () => {
  test('a deployment that had sessions and has had none for longer than the threshold', () => {
    expect(judge({})).toEqual(stop('empty'));
    expect(judge({ emptySinceMs: ago(15) })).toEqual(keep('alive'));
    expect(judge({}, { emptyAfterMs: Number.POSITIVE_INFINITY })).toEqual(keep('alive'));
  });

  test('a deployment that is too old, with sessions or without', () => {
    expect(judge({ startedMs: ago(1441), sessions: 5, emptySinceMs: undefined })).toEqual(stop('max-age'));
    expect(judge({ startedMs: ago(1440), sessions: 5 })).toEqual(keep('alive'));
    expect(judge({ startedMs: 0, sessions: 5 }, { maxAgeMs: Number.POSITIVE_INFINITY })).toEqual(
      keep('alive'),
    );
  });
});

describe('what is kept', () => {
  test.each<[string, Partial<DeploymentFacts>, string]>([
    ['it never had a session', { emptySinceMs: undefined }, 'alive'],
    ['it has a session again', { sessions: 1 }, 'alive'],
    ['its sessions are not known', { sessions: undefined }, 'unknown'],
    ['its age is not known', { startedMs: undefined, emptySinceMs: undefined }, 'unknown'],
    ['its status is not known', { status: undefined }, 'unknown'],
    ['it is terminating', { status: 'terminating' }, 'ending'],
    ['it is terminated', { status: 'terminated', startedMs: 0 }, 'ending'],
  ])('%s', (_, facts, rule) => {
    expect(judge(facts)).toEqual(keep(rule));
  });

  const selector = (kind: Selector['kind'], text: string, prefix = false): Selector => ({
    kind,
    text,
    prefix,
  });
  test.each([
    selector('deployment', 'd1'),
    selector('deployment', 'd', true),
    selector('tag', 'eu'),
    selector('app', 'arena'),
    selector('app', 'are', true),
  ])('what SWEEP_PROTECT names: %j', (one) => {
    expect(judge({}, { protect: [one] })).toEqual(keep('protected'));
    expect(judge({}, { only: [one] })).toEqual(stop('empty'));
  });

  test('a session that is named says nothing about a deployment', () => {
    expect(judge({}, { protect: [selector('session', 'd1')] })).toEqual(stop('empty'));
    expect(judge({}, { only: [selector('session', 'd1')] })).toEqual(keep('excluded'));
  });

  test.each<[Selector, Partial<DeploymentFacts>]>([
    [selector('tag', 'lobby'), { tags: undefined }],
    [selector('app', 'lobby'), { app: undefined }],
  ])('%j might name it, as far as is known', (one, facts) => {
    expect(judge(facts, { protect: [one] })).toEqual(keep('unknown'));
    expect(judge(facts, { only: [one] })).toEqual(keep('unknown'));
  });
});

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const minutes = fc.integer({ min: -10, max: 3000 }).map(ago);
const anyFacts: fc.Arbitrary<DeploymentFacts> = fc.record({
  id: fc.constantFrom('d1', 'd2'),
  status: maybe(fc.constantFrom('ready', 'error', 'deploying', 'terminating', 'terminated')),
  startedMs: maybe(minutes),
  tags: maybe(fc.subarray(['eu', 'lobby'])),
  app: maybe(fc.constantFrom('arena', 'lobby')),
  sessions: maybe(fc.nat(2)),
  emptySinceMs: maybe(minutes),
});
const anySelectors = fc.array(
  fc.record({
    kind: fc.constantFrom<Selector['kind']>('session', 'deployment', 'tag', 'app'),
    text: fc.constantFrom('d1', 'eu', 'lobby', 'arena'),
    prefix: fc.boolean(),
  }),
  { maxLength: 2 },
);
const threshold = fc.constantFrom(MINUTE, 15 * MINUTE, 1440 * MINUTE, Number.POSITIVE_INFINITY);
const anyPolicy: fc.Arbitrary<DeploymentPolicy> = fc.record({
  emptyAfterMs: threshold,
  maxAgeMs: threshold,
  protect: anySelectors,
  only: anySelectors,
});
const stops = (facts: DeploymentFacts, policy: DeploymentPolicy) => judgeDeployment(facts, NOW, policy).stop;

describe('for any deployment and any policy', () => {
  test('nothing is stopped whose sessions are not known, that has one, or never had one, unless it is too old', () => {
    fc.assert(
      fc.property(anyFacts, anyPolicy, (facts, policy) => {
        const young = { ...policy, maxAgeMs: Number.POSITIVE_INFINITY };
        expect(stops({ ...facts, sessions: undefined }, young)).toBe(false);
        expect(stops({ ...facts, sessions: 1 }, young)).toBe(false);
        expect(stops({ ...facts, emptySinceMs: undefined }, young)).toBe(false);
      }),
    );
  });

  test('of two that differ in what is known only, the one of which less is known is stopped only if the other is', () => {
    const hidden = fc.subarray(['status', 'startedMs', 'tags', 'app', 'sessions', 'emptySinceMs'] as const);
    fc.assert(
      fc.property(anyFacts, anyPolicy, hidden, (facts, policy, names) => {
        const less = { ...facts, ...Object.fromEntries(names.map((name) => [name, undefined])) };
        if (stops(less, policy)) expect(stops(facts, policy)).toBe(!isNamed(facts, policy));
      }),
      { numRuns: 2000 },
    );
  });

  test('what SWEEP_PROTECT names is never stopped, and nothing that SWEEP_ONLY does not name', () => {
    fc.assert(
      fc.property(anyFacts, anyPolicy, (facts, policy) => {
        if (stops(facts, policy)) expect(isNamed(facts, policy)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Whether the policy keeps a deployment by its names. */
function isNamed({ id, tags = [], app = '' }: DeploymentFacts, { protect, only }: DeploymentPolicy): boolean {
  const has = ({ kind, text, prefix }: Selector): boolean =>
    ({ session: [], deployment: [id], tag: tags, app: [app] })[kind].some((name: string) =>
      prefix ? name.startsWith(text) : name === text,
    );
  return protect.some(has) || (only.length > 0 && !only.some(has));
}
