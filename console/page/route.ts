/** Where the page is: the fragment of its address, such as `#/sessions/abc123-s`. */
import { useEffect, useState } from 'preact/hooks';

/** A view, and what it is opened on. */
export interface Route {
  view: string;
  id: string | undefined;
}

/** The link to a view. */
export function linkTo(view: string, id?: string): string {
  return `#/${view}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/** The route now; it follows the address. */
export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const follow = (): void => setRoute(currentRoute());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

function currentRoute(): Route {
  const [, view = 'flow', id] = /^#\/([\w-]+)(?:\/(.+))?$/.exec(location.hash) ?? [];
  return { view, id: id === undefined ? undefined : decoded(id) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
