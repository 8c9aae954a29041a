/** What the README, the pages and the stage's banner tell a person to try names sessions and users that the stage has. */
import { expect, test } from 'vitest';
import { banner } from '../../local/console-lines.ts';
import { seedPopulation } from '../../local/sandbox/index.ts';
import { createStore } from '../../local/sandbox/store.ts';
import { LOCAL_EDGEGAP_TOKEN, localStage } from '../../local-addresses.ts';
import { projectFile } from '../support/markdown.ts';

const store = createStore(Date.now);
seedPopulation(store);

const PAGES = ['README.md', 'docs/local-stage.md', 'docs/senders.md'];
const texts = [
  ...PAGES.map(projectFile),
  banner(localStage({}), { sessions: 1, consoleUrl: '', settings: '' }),
];

test('every session that a command or a body names is there', () => {
  const named = texts.flatMap((text) => [...text.matchAll(/(?:--session-id |"session_id" ?: ?")([\w-]+)/g)]);
  expect(named.length).toBeGreaterThan(4);
  for (const [what, id = ''] of named) expect(store.get(id), what).toBeDefined();
});

test('every user that a command names is in the session that it names', () => {
  const named = texts.flatMap((text) => [...text.matchAll(/--session-id (\S+) --ip (\S+)/g)]);
  expect(named.length).toBeGreaterThan(0);
  for (const [what, id = '', ip] of named) expect(store.get(id)?.users, what).toContain(ip);
});

test('the token of the local webhooks is documented', () => {
  expect(projectFile('docs/local-stage.md')).toContain(`/hooks/edgegap/${LOCAL_EDGEGAP_TOKEN}`);
});
