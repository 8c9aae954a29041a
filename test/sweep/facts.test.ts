/** What the API shows about a session, with any member absent or null. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsOf, type ListedSession, learnedFrom, type SessionDetails } from '../../lib/sweep/facts.ts';

const LISTED: ListedSession = {
  session_id: 'a',
  status: 'Status.READY',
  linked: true,
  user_count: 2,
  deployment_request_id: 'dep',
};
const DETAILS: SessionDetails = {
  status: 'Waiting',
  linked: false,
  user_count: 0,
  create_time: '2026-01-02 12:00:00',
  session_users: [],
  session_ips: [],
  deployment: { request_id: 'dep2', tags: ['t'] },
};

test('a row of the list alone', () => {
  expect(factsOf(LISTED)).toEqual({
    id: 'a',
    status: 'ready',
    linked: true,
    users: 2,
    usersShown: false,
    hadUsers: true,
    createdMs: undefined,
    deployments: ['dep'],
    tags: undefined,
  });
});

test('GetSession is newer than the list; the users that the list showed are remembered', () => {
  expect(factsOf(LISTED, DETAILS)).toEqual({
    id: 'a',
    status: 'waiting',
    linked: false,
    users: 0,
    usersShown: true,
    hadUsers: true,
    createdMs: Date.UTC(2026, 0, 2, 12),
    deployments: ['dep', 'dep2'],
    tags: ['t'],
  });
});

test.each([undefined, null])(
  'a member of GetSession that is %s is unknown, whatever the list showed',
  (nothing) => {
    const hidden = factsOf(LISTED, {
      status: nothing,
      linked: nothing,
      user_count: nothing,
      create_time: nothing,
      session_users: nothing,
      session_ips: nothing,
      deployment: nothing,
    });
    expect(hidden).toEqual({
      id: 'a',
      status: undefined,
      linked: undefined,
      users: undefined,
      usersShown: false,
      hadUsers: true,
      createdMs: undefined,
      deployments: ['dep'],
      tags: undefined,
    });
  },
);

test.each([undefined, null])('a member of the list that is %s is unknown', (nothing) => {
  const row = { session_id: 'a', status: nothing, linked: nothing, user_count: nothing };
  expect(factsOf({ ...row, deployment_request_id: nothing })).toEqual({
    id: 'a',
    status: undefined,
    linked: undefined,
    users: undefined,
    usersShown: false,
    hadUsers: false,
    createdMs: undefined,
    deployments: undefined,
    tags: undefined,
  });
});

describe('users', () => {
  const users = (details: SessionDetails): number | undefined => factsOf({ session_id: 'a' }, details).users;
  test.each<[SessionDetails, number | undefined]>([
    [{ user_count: 0, session_users: [{}, {}] }, 2],
    [{ user_count: 0, session_ips: [{}] }, 1],
    [{ user_count: 3, session_users: [] }, 3],
    [{ session_users: [] }, 0],
    [{ session_ips: [] }, 0],
    [{ user_count: 0 }, 0],
    [{}, undefined],
  ])('%j: the most that any member shows', (details, count) => {
    expect(users(details)).toBe(count);
  });

  test.each<[SessionDetails, boolean]>([
    [{ session_users: [] }, true],
    [{ session_ips: [] }, true],
    [{ user_count: 0 }, false],
    [{ user_count: 0, session_users: null, session_ips: null }, false],
  ])('%j shows a list of users: %j', (details, shown) => {
    expect(factsOf({ session_id: 'a' }, details).usersShown).toBe(shown);
  });
});

describe('deployment and tags', () => {
  const names = (listed: object, details?: SessionDetails) => {
    const { deployments, tags } = factsOf({ session_id: 'a', ...listed }, details);
    return { deployments, tags };
  };
  test('a session that is not linked has none', () => {
    expect(names({ linked: false })).toEqual({ deployments: [], tags: [] });
    expect(names({}, { linked: false })).toEqual({ deployments: [], tags: [] });
  });
  test('a session that is linked, or may be, has some that may not be shown', () => {
    expect(names({ linked: true })).toEqual({ deployments: undefined, tags: undefined });
    expect(names({ linked: false }, {})).toEqual({ deployments: undefined, tags: undefined });
    expect(names({ linked: false }, { linked: true, deployment: {} })).toEqual({
      deployments: undefined,
      tags: undefined,
    });
  });
  test('a session that is not linked, with a deployment: its tags may not be shown', () => {
    expect(names({ linked: false, deployment_request_id: 'd' })).toEqual({
      deployments: ['d'],
      tags: undefined,
    });
  });
  test('tags may be none', () => {
    expect(names({}, { linked: true, deployment: { request_id: 'd', tags: [] } })).toEqual({
      deployments: ['d'],
      tags: [],
    });
  });
});

describe('what earlier looks learned', () => {
  const known = { createdMs: 5, hadUsers: true, deployment: 'old', tags: ['t'] };
  test('completes a row of the list', () => {
    const facts = factsOf({ session_id: 'a', linked: true, user_count: 0 }, undefined, known);
    expect(facts).toMatchObject({ createdMs: 5, hadUsers: true, deployments: ['old'], tags: ['t'] });
  });
  test('does not stand in for tags that a newer look does not show', () => {
    expect(factsOf({ session_id: 'a' }, { linked: true }, known).tags).toBeUndefined();
  });
  test('is what GetSession showed', () => {
    expect(learnedFrom(DETAILS)).toEqual({
      createdMs: Date.UTC(2026, 0, 2, 12),
      deployment: 'dep2',
      tags: ['t'],
    });
    expect(learnedFrom({ user_count: 1 })).toEqual({ hadUsers: true });
    expect(learnedFrom({ deployment: null })).toEqual({});
  });
});

test('no member that is absent or null makes a fact', () => {
  const nothing = fc.constantFrom(undefined, null);
  fc.assert(
    fc.property(
      fc.record({ status: nothing, linked: nothing, user_count: nothing }),
      nothing,
      (row, deployment) => {
        const facts = factsOf({ session_id: 'a', ...row }, { ...row, deployment, create_time: deployment });
        expect(Object.values(facts).filter((value) => value !== undefined)).toEqual(['a', false, false]);
      },
    ),
  );
});
