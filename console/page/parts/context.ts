/** What every part of the page may use. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { type Api, createApi, messageOf } from '../api.ts';
import type { Question } from './confirm.tsx';

/** What the page hands to its parts. */
export interface Page {
  api: Api;
  readOnly: boolean;
  /** Asks before something that cannot be undone. True: the person agreed. */
  ask(question: Question): Promise<boolean>;
  /** Shows what happened, for a moment, and to a screen reader. */
  say(text: string, kind?: 'good' | 'bad'): void;
}

export const PageContext = createContext<Page>({
  api: createApi(''),
  readOnly: true,
  ask: async () => false,
  say: () => undefined,
});

/** What every part of the page may use. */
export function usePage(): Page {
  return useContext(PageContext);
}

/** The time now, which goes on every second. */
export const NowContext = createContext(Date.now());

/** What was asked for, and how that went. */
export interface Asked<T> {
  value: T | undefined;
  problem: string | undefined;
  loading: boolean;
}

/** Asks the server, anew whenever `path` or `version` changes. Keeps the last answer meanwhile, for the same path. */
export function useAsked<T>(path: string, version = 0): Asked<T> {
  const { api } = usePage();
  const [asked, setAsked] = useState<Asked<T> & { path: string }>({ ...nothing, path });
  useEffect(() => {
    let isCurrent = true;
    setAsked((before) => (before.path === path ? { ...before, loading: true } : { ...nothing, path }));
    api.get<T>(path).then(
      (value) => isCurrent && setAsked({ path, value, problem: undefined, loading: false }),
      (error: unknown) =>
        isCurrent && setAsked((before) => ({ ...before, problem: messageOf(error), loading: false })),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, path, version]);
  return asked.path === path ? asked : nothing;
}

const nothing = { value: undefined, problem: undefined, loading: true };

const LOOK_AGAIN_MS = 5000;

/** Asks the server, and again every few seconds, or when `again` is called. */
export function useLooked<T>(path: string): Asked<T> & { again: () => void } {
  const [version, setVersion] = useState(0);
  const again = (): void => setVersion((before) => before + 1);
  useEffect(() => {
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return { ...useAsked<T>(path, version), again };
}
