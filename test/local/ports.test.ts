/** The ports of the local stage: how they are chosen, and what is said when one is in use. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { requireFreePorts } from '../../local/ports.ts';
import { LOCAL_PORTS, localStage, portSettings } from '../../local-addresses.ts';
import { freeBase } from '../support/local-stage.ts';

const HOST = '127.0.0.1';
const portsOf = (env: Record<string, string>): number[] => {
  const stage = localStage(env);
  return LOCAL_PORTS.map(({ key }) => stage[key]);
};

test('LOCAL_PORT_BASE moves all ports; a variable of one port is stronger', () => {
  expect(portsOf({})).toEqual(LOCAL_PORTS.map(({ standard }) => standard));
  expect(portsOf({ LOCAL_PORT_BASE: '14000' })).toEqual(LOCAL_PORTS.map((_, place) => 14_000 + place));
  expect(localStage({ LOCAL_PORT_BASE: '14000', LOCAL_HOOK_PORT: '5000' })).toMatchObject({
    sandboxUrl: 'http://127.0.0.1:14001',
    hookUrl: 'http://127.0.0.1:5000/hooks',
  });
});

test.each(['0', '65536', '-1', '1.5', 'x'])('LOCAL_PORT_BASE=%s is refused by name', (value) => {
  expect(() => localStage({ LOCAL_PORT_BASE: value })).toThrow(/^LOCAL_PORT_BASE is ".*"; it must be/);
});

test('a command finds the stage with the variables that moved it', () => {
  expect(portSettings({ PATH: '/bin', LOCAL_PORT_BASE: '' })).toBe('');
  expect(portSettings({ LOCAL_HOOK_PORT: '5000', LOCAL_PORT_BASE: '14000' })).toBe(
    'LOCAL_PORT_BASE=14000 LOCAL_HOOK_PORT=5000 ',
  );
});

test('two parts of the stage on one port are reported', async () => {
  const port = await freeBase();
  const uses = ['FIRST', 'SECOND'].map((variable) => ({ port, variable, what: 'it' }));
  await expect(requireFreePorts(uses, HOST)).rejects.toThrow(`Port ${port}, for it (SECOND), is in use.`);
});

test('ports that were looked at are free again, and another base is offered where the first is taken', async () => {
  const port = await freeBase();
  const use = { port, variable: 'A', what: 'it' };
  await requireFreePorts([use], HOST);
  const squatter = createServer().listen(port, HOST);
  await once(squatter, 'listening');
  const uses = [use, { port: 14_000, variable: 'B', what: 'that' }];
  await expect(requireFreePorts(uses, HOST)).rejects.toThrow('LOCAL_PORT_BASE=14100 npm start');
  await once(squatter.close(), 'close');
});
