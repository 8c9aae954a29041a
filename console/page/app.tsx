/** The frame of the page: where one is, what is live, and the view. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createApi } from './api.ts';
import { Confirm, type Question } from './parts/confirm.tsx';
import { NowContext, type Page, PageContext } from './parts/context.ts';
import { Empty } from './parts/states.tsx';
import { linkTo, type Route, useRoute } from './route.ts';
import { type LiveState, useLive } from './stream.ts';
import { Batches } from './views/batches.tsx';
import { DeadLetters } from './views/dead-letters.tsx';
import { Deployments } from './views/deployments.tsx';
import { Failure } from './views/failure.tsx';
import { Faults } from './views/faults.tsx';
import { Flow } from './views/flow.tsx';
import { SendEvents } from './views/send.tsx';
import { Sessions } from './views/sessions.tsx';
import { Sweep } from './views/sweep.tsx';
import { number } from './words.ts';

const VIEWS = [
  ['flow', 'Flow'],
  ['batches', 'Batches'],
  ['sessions', 'Sessions'],
  ['deployments', 'Deployments'],
  ['dead-letters', 'Dead letters'],
  ['sweep', 'Sweep'],
] as const;

/** Those of the local stage alone. */
const LOCAL_VIEWS = [
  ['send', 'Send'],
  ['faults', 'Faults'],
] as const;

const NOTICE_MS = 6000;

/** The page. @param token undefined: the address had none. */
export function App({ token }: { token: string | undefined }): JSX.Element {
  if (token === undefined) return <NoToken />;
  return <Console token={token} />;
}

function NoToken(): JSX.Element {
  return (
    <main class="alone">
      <h1>session-hooks</h1>
      <Empty title="This address has no token.">
        Open the address that the terminal shows: it ends with # and a token that is new at every start.
      </Empty>
    </main>
  );
}

function Console({ token }: { token: string }): JSX.Element {
  const api = useMemo(() => createApi(token), [token]);
  const live = useLive(api);
  const route = useRoute();
  const now = useNow();
  const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void }>();
  const [notice, setNotice] = useState<{ text: string; kind: 'good' | 'bad' }>();
  const readOnly = live.about?.readOnly ?? true;
  const page = useMemo(
    (): Page => ({
      api,
      readOnly,
      ask: (question) => new Promise((answer) => setAsked({ question, answer })),
      say: (text, kind = 'good') => setNotice({ text, kind }),
    }),
    [api, readOnly],
  );
  useEffect(() => {
    const timer = setTimeout(() => setNotice(undefined), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  if (live.connection === 'refused') return <NoToken />;
  return (
    <PageContext.Provider value={page}>
      <NowContext.Provider value={now}>
        <Header live={live} route={route} />
        <main id="main" tabIndex={-1}>
          <View live={live} route={route} />
        </main>
        <p class={`notice ${notice?.kind ?? ''}`} role="status">
          {notice?.text}
        </p>
        {asked !== undefined && (
          <Confirm
            question={asked.question}
            onAnswer={(yes) => {
              setAsked(undefined);
              asked.answer(yes);
            }}
          />
        )}
      </NowContext.Provider>
    </PageContext.Provider>
  );
}

function Header({ live, route }: { live: LiveState; route: Route }): JSX.Element {
  const { about, connection, flow } = live;
  const views = about?.kind === 'local' ? [...VIEWS, ...LOCAL_VIEWS] : VIEWS;
  const dead = flow?.queues?.deadLetters ?? 0;
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the links scroll.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [route.view, views.length]);
  return (
    <header>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <div class="title">
        <h1>session-hooks</h1>
        <span class="where">{about?.name}</span>
        {about?.readOnly && <span class="tag">read-only</span>}
        <span class={`connection ${connection}`} role="status">
          {CONNECTION[connection]}
        </span>
      </div>
      <nav aria-label="Views" ref={nav}>
        {views.map(([view, title]) => (
          <a key={view} href={linkTo(view)} aria-current={route.view === view ? 'page' : undefined}>
            {title}
            {view === 'dead-letters' && dead > 0 && <span class="count">{number(dead)}</span>}
          </a>
        ))}
      </nav>
    </header>
  );
}

const CONNECTION = { connecting: 'connecting…', open: 'live', lost: 'connection lost', refused: '' };

function View({ live, route: { view, id } }: { live: LiveState; route: Route }): JSX.Element {
  const title = [...VIEWS, ...LOCAL_VIEWS].find(([name]) => name === view)?.[1] ?? 'Failure';
  useEffect(() => {
    document.title = `${title} · session-hooks`;
  }, [title]);
  switch (view) {
    case 'batches':
      return <Batches live={live} id={id} />;
    case 'sessions':
      return <Sessions id={id} />;
    case 'deployments':
      return <Deployments id={id} />;
    case 'dead-letters':
      return <DeadLetters count={live.flow?.queues?.deadLetters} id={id} />;
    case 'sweep':
      return <Sweep live={live} />;
    case 'send':
      return <SendEvents live={live} />;
    case 'faults':
      return <Faults />;
    case 'failures':
      return <Failure code={id ?? ''} />;
    default:
      return <Flow live={live} />;
  }
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
