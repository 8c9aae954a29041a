/** The order protocol, step by step. */
import { describe, expect, test } from 'vitest';
import { MemoryError } from '../../lib/memory/errors.ts';
import { applyInOrder, type CallResult, type CallUsers } from '../../lib/memory/order.ts';
import { createRegister, entryOf, type Register } from '../../lib/memory/register.ts';
import type { UserAction, UserChange } from '../../lib/memory/types.ts';

/** A change of the user 10.0.0.1 of the session s, at this time. */
function change(timeMs: number, action: UserAction, more: Partial<UserChange> = {}): UserChange {
  return {
    ...{ sessionId: 's', address: '10.0.0.1', sentAtMs: timeMs, event: `e${timeMs}` },
    ...{ timeMs, action, receiveCount: 1, mergedReceiveCount: 0, ...more },
  };
}

type Outcome = CallResult['outcome'];

/** An API that answers so, and lists its calls as `ACTION SESSION ADDRESSES`. */
function api(answer: (action: UserAction, address: string) => Promise<Outcome> = async () => 'done') {
  const calls: string[] = [];
  const call: CallUsers<CallResult> = async ({ sessionId, action, addresses }) => {
    calls.push(`${action} ${sessionId} ${addresses.join(' ')}`);
    return await Promise.all(addresses.map(async (address) => ({ outcome: await answer(action, address) })));
  };
  return { call, calls };
}

/** Applies one change. */
async function apply(one: UserChange, register: Register, { call } = api()) {
  return (await applyInOrder([one], { register, call })).get(one);
}

const DONE = { outcome: 'called', result: { outcome: 'done' } };
const ABSORBED = { outcome: 'absorbed' };

describe('what nobody contests', () => {
  test('is claimed, called and looked at: two operations of the register', async () => {
    const inner = createRegister(10);
    const operations: string[] = [];
    const register: Register = {
      ...inner,
      claim: (entry) => {
        operations.push('claim');
        return inner.claim(entry);
      },
      confirm: (entry) => {
        operations.push('confirm');
        return inner.confirm(entry);
      },
    };
    const { call, calls } = api(async () => {
      operations.push('call');
      return 'done';
    });
    expect(await apply(change(1, 'leave'), register, { call, calls })).toEqual(DONE);
    expect(calls).toEqual(['leave s 10.0.0.1']);
    expect(operations).toEqual(['claim', 'call', 'confirm']);
  });

  test('takes one call for each action of each session', async () => {
    const { call, calls } = api();
    const changes = [
      change(1, 'leave', { address: 'a' }),
      change(1, 'join', { address: 'b' }),
      change(1, 'leave', { address: 'c' }),
      change(1, 'leave', { sessionId: 't', address: 'a' }),
    ];
    const settled = await applyInOrder(changes, { register: createRegister(10), call });
    expect(calls.sort()).toEqual(['join s b', 'leave s a c', 'leave t a']);
    expect(changes.map((one) => settled.get(one))).toEqual([DONE, DONE, DONE, DONE]);
  });

  test('a session whose call takes long keeps no other waiting', async () => {
    const slow = Promise.withResolvers<Outcome>();
    const other = Promise.withResolvers<void>();
    const inner = createRegister(10);
    const register: Register = {
      ...inner,
      confirm: async (entry) => {
        other.resolve();
        return await inner.confirm(entry);
      },
    };
    const { call } = api(async (_, address) => (address === 'slow' ? slow.promise : 'done'));
    const changes = [change(1, 'leave', { sessionId: 't', address: 'slow' }), change(1, 'leave')];
    const settled = applyInOrder(changes, { register, call });
    await other.promise;
    slow.resolve('done');
    expect([...(await settled).values()]).toEqual([DONE, DONE]);
  });
});

describe('an event that comes too late', () => {
  test('is absorbed on its first receive', async () => {
    const register = createRegister(10);
    await apply(change(2, 'join'), register);
    const { call, calls } = api();
    expect(await apply(change(1, 'leave'), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual([]);
  });

  const redelivered: [string, Partial<UserChange>][] = [
    ['on a later receive', { receiveCount: 2 }],
    ['with an event merged into it that was received before', { mergedReceiveCount: 2 }],
  ];
  test.each(redelivered)('%s: the action of the later one is carried out once more', async (_, more) => {
    const register = createRegister(10);
    await apply(change(2, 'join'), register);
    const { call, calls } = api();
    expect(await apply(change(1, 'leave', more), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual(['join s 10.0.0.1']);
  });

  test('and when that fails, it is received again', async () => {
    const register = createRegister(10);
    await apply(change(2, 'join'), register);
    const late = change(1, 'leave', { receiveCount: 2 });
    expect(
      await apply(
        late,
        register,
        api(async () => 'retry'),
      ),
    ).toEqual({ outcome: 'called', result: { outcome: 'retry' } });
  });
});

describe('a repeat of an event that was applied', () => {
  test.each([1, 7])('is absorbed, whatever its receive count is: %i', async (receiveCount) => {
    const register = createRegister(10);
    await apply(change(1, 'leave'), register);
    const { call, calls } = api();
    expect(await apply(change(1, 'leave', { receiveCount }), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual([]);
  });

  test('is absorbed when its sender sent it once more, although the user was added by hand meanwhile', async () => {
    const register = createRegister(10);
    await apply(change(1, 'leave'), register);
    const { call, calls } = api();
    const again = change(1, 'leave', { sentAtMs: 60_000 });
    expect(await apply(again, register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual([]);
  });

  test('is carried out once more when it merges an older event that was received before', async () => {
    const register = createRegister(10);
    await apply(change(2, 'leave'), register);
    const { call, calls } = api();
    const merged = change(2, 'leave', { receiveCount: 2, mergedReceiveCount: 2 });
    expect(await apply(merged, register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual(['leave s 10.0.0.1']);
  });
});

describe('a later change that is claimed during the call', () => {
  test('is carried out, too: its own call may have come first', async () => {
    const register = createRegister(10);
    const { call, calls } = api(async (action) => {
      if (action === 'leave') await register.claim(entryOf(change(2, 'join')));
      return 'done';
    });
    expect(await apply(change(1, 'leave'), register, { call, calls })).toEqual(DONE);
    expect(calls).toEqual(['leave s 10.0.0.1', 'join s 10.0.0.1']);
    // It is marked on behalf of the one who claimed it.
    expect(await register.claim(entryOf(change(2, 'join')))).toMatchObject({ won: false });
  });

  test('needs nothing when it asks for the same', async () => {
    const register = createRegister(10);
    const { call, calls } = api(async () => {
      await register.claim(entryOf(change(2, 'leave')));
      return 'done';
    });
    expect(await apply(change(1, 'leave'), register, { call, calls })).toEqual(DONE);
    expect(calls).toEqual(['leave s 10.0.0.1']);
  });

  test('is repaired for many users in one call', async () => {
    const register = createRegister(10);
    const addresses = ['a', 'b', 'c'];
    const { call, calls } = api(async (action, address) => {
      if (action === 'leave' && address !== 'b')
        await register.claim(entryOf(change(2, 'join', { address })));
      return 'done';
    });
    await applyInOrder(
      addresses.map((address) => change(1, 'leave', { address })),
      { register, call },
    );
    expect(calls).toEqual(['leave s a b c', 'join s a c']);
  });

  test('again and again: after three repairs the event goes back to the queue', async () => {
    const register = createRegister(10);
    let timeMs = 1;
    const { call, calls } = api(async (action) => {
      timeMs += 1;
      await register.claim(entryOf(change(timeMs, action === 'leave' ? 'join' : 'leave')));
      return 'done';
    });
    expect(await apply(change(1, 'leave'), register, { call, calls })).toMatchObject({
      outcome: 'retry',
      code: 'ORDER_UNSETTLED',
    });
    expect(calls).toHaveLength(4);
  });
});

describe('a call that does not succeed', () => {
  test.each(['retry', 'dead'] as const)(
    '%s: the change stands, but not as applied, and is called again',
    async (outcome) => {
      const register = createRegister(10);
      const failed = { outcome: 'called', result: { outcome } };
      expect(
        await apply(
          change(1, 'leave'),
          register,
          api(async () => outcome),
        ),
      ).toEqual(failed);
      const { call, calls } = api();
      expect(await apply(change(1, 'leave', { receiveCount: 2 }), register, { call, calls })).toEqual(DONE);
      expect(calls).toHaveLength(1);
    },
  );

  test('gone: the session ended, so nothing is looked at', async () => {
    const register: Register = {
      ...createRegister(10),
      confirm: () => Promise.reject(new Error('looked')),
    };
    const settled = await apply(
      change(1, 'leave'),
      register,
      api(async () => 'gone'),
    );
    expect(settled).toEqual({ outcome: 'called', result: { outcome: 'gone' } });
  });

  test('of one user says nothing about the others of the call', async () => {
    const { call } = api(async (_, address) => (address === 'b' ? 'dead' : 'done'));
    const changes = ['a', 'b'].map((address) => change(1, 'leave', { address }));
    const settled = await applyInOrder(changes, { register: createRegister(10), call });
    expect([...settled.values()]).toEqual([DONE, { outcome: 'called', result: { outcome: 'dead' } }]);
  });

  test('a fault of the caller rejects', async () => {
    const call: CallUsers<CallResult> = () => Promise.reject(new Error('a fault'));
    await expect(applyInOrder([change(1, 'leave')], { register: createRegister(10), call })).rejects.toThrow(
      'a fault',
    );
    const short: CallUsers<CallResult> = async () => [];
    await expect(
      applyInOrder([change(1, 'leave')], { register: createRegister(10), call: short }),
    ).rejects.toThrow('no result for 10.0.0.1');
  });
});

describe('a register that does not answer', () => {
  const broken = async () => {
    throw new MemoryError('The memory is slow');
  };
  const unavailable = { outcome: 'retry', code: 'MEMORY_UNAVAILABLE', reason: 'The memory is slow' };

  test('at the claim: nothing is called, and the event is received again', async () => {
    const { call, calls } = api();
    expect(
      await apply(change(1, 'leave'), { ...createRegister(10), claim: broken }, { call, calls }),
    ).toEqual(unavailable);
    expect(calls).toEqual([]);
  });
  test('at the look: the event is received again', async () => {
    expect(await apply(change(1, 'leave'), { ...createRegister(10), confirm: broken })).toEqual(unavailable);
  });
  test('for one user keeps the call for the others', async () => {
    const inner = createRegister(10);
    const register: Register = {
      ...inner,
      claim: (entry) => (entry.id.endsWith('a') ? broken() : inner.claim(entry)),
    };
    const { call, calls } = api();
    const changes = ['a', 'b'].map((address) => change(1, 'leave', { address }));
    const settled = await applyInOrder(changes, { register, call });
    expect([...settled.values()]).toEqual([unavailable, DONE]);
    expect(calls).toEqual(['leave s b']);
  });
});

describe('a removal that is held back', () => {
  test('and a join that comes meanwhile need no call at all', async () => {
    const register = createRegister(10);
    const { call, calls } = api();
    await register.hold(entryOf(change(1, 'leave')));
    expect(await apply(change(2, 'join'), register, { call, calls })).toEqual(ABSORBED);
    // Its next receive counts as the first: it has called nothing yet.
    expect(await apply(change(1, 'leave', { receiveCount: 1 }), register, { call, calls })).toEqual(ABSORBED);
    expect(await apply(change(2, 'join', { receiveCount: 2 }), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual([]);
  });

  test('is carried out when nobody came back', async () => {
    const register = createRegister(10);
    const { call, calls } = api();
    await register.hold(entryOf(change(1, 'leave')));
    expect(await apply(change(1, 'leave'), register, { call, calls })).toEqual(DONE);
    expect(calls).toEqual(['leave s 10.0.0.1']);
  });

  test.each([1, 2])(
    'does not save the call of a join that merges an event received %i times',
    async (count) => {
      // An older join: the user was not there yet. Or a removal that an earlier try carried out.
      const register = createRegister(10);
      const { call, calls } = api();
      await register.hold(entryOf(change(1, 'leave')));
      const join = change(2, 'join', { mergedReceiveCount: count });
      expect(await apply(join, register, { call, calls })).toEqual(DONE);
      expect(calls).toEqual(['join s 10.0.0.1']);
    },
  );

  const late: [string, UserChange][] = [
    ['alone', change(1, 'join')],
    ['merged into the removal', change(2, 'leave', { mergedReceiveCount: 1 })],
    ['merged into a repeat of the later join', change(3, 'join', { receiveCount: 2, mergedReceiveCount: 1 })],
  ];
  test.each(late)('of a user whose first join arrives last, %s: the user is added then', async (_, one) => {
    const register = createRegister(10);
    const { call, calls } = api();
    await register.hold(entryOf(change(2, 'leave')));
    expect(await apply(change(3, 'join'), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual([]);
    expect(await apply(one, register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual(['join s 10.0.0.1']);
  });

  test('and the first join may arrive before the later one is marked', async () => {
    const register = createRegister(10);
    const { call, calls } = api();
    await register.hold(entryOf(change(2, 'leave')));
    await register.claim(entryOf(change(3, 'join')));
    expect(await apply(change(1, 'join'), register, { call, calls })).toEqual(ABSORBED);
    expect(calls).toEqual(['join s 10.0.0.1']);
  });

  test('twice costs no call either', async () => {
    const register = createRegister(10);
    const { call, calls } = api();
    for (const at of [1, 3]) {
      await register.hold(entryOf(change(at, 'leave')));
      expect(await apply(change(at + 1, 'join'), register, { call, calls })).toEqual(ABSORBED);
    }
    expect(calls).toEqual([]);
  });
});
