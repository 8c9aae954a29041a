/** The token of the console: it comes in the address, and stays in this tab. */

const KEY = 'console-token';
/** Routes begin with a slash; the token does not. */
const TOKEN = /^#([\w-]{32})$/;

/** Takes the token out of the address, so that no screenshot shows it. A reload finds it in the tab's storage. */
export function takeToken(): string | undefined {
  const [, token] = TOKEN.exec(location.hash) ?? [];
  if (token === undefined) return sessionStorage.getItem(KEY) ?? undefined;
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', '#/flow');
  return token;
}
