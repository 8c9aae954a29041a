/**
 * The faults that are a probability: their names in the sandbox (docs/local-stage.md), and what they are for a
 * person.
 */

/** The settings of the sandbox, by name. */
export type Settings = Readonly<Record<string, unknown>>;

/** One fault. */
export interface Chance {
  name: string;
  label: string;
  about: string;
}

const chance = (name: string, label: string, about: string): Chance => ({ name, label, about });

/** The faults, those that one meets first at the top. */
export const CHANCES: readonly Chance[] = [
  chance('throttle', 'Throttling', '429 with Retry-After; nothing is done.'),
  chance('serverError', 'Server error', '500; nothing is done.'),
  chance('badRequest', 'Bad request', '400; nothing is done.'),
  chance('reset', 'Reset connection', 'The connection is reset; nothing is done.'),
  chance('lostAnswer', 'Lost answer', 'The work is done, then the connection is reset.'),
  chance('rejectKey', 'Rejected key', '401, however right the key is.'),
  chance('routesMissing', 'Missing routes', '404 as for a route that does not exist.'),
  chance('notJson', 'Not JSON', 'The work is done; the answer is 200 with a page of HTML.'),
  chance('redirect', 'Redirect', 'A redirect to a page of HTML; nothing is done.'),
  chance('endlessBody', 'Endless body', 'The work is done; the body of the answer never ends.'),
  chance('compressedBomb', 'Compressed bomb', 'A small compressed body that unpacks to 2.5 GB.'),
  chance(
    'partialProcessable',
    'Partial bulk stop',
    'A bulk stop leaves a match alone and out of its answer.',
  ),
  chance('bulkRefusesUnknown', 'Unknown ids refused', 'A bulk stop that names an unknown id is a 400.'),
  chance('processableEmpty', 'Empty processable', 'A bulk stop works and answers with an empty list.'),
  chance('processableNull', 'Null processable', 'A bulk stop works and answers with null.'),
  chance('processableStrings', 'Plain ids', 'A bulk stop answers with ids as strings.'),
  chance('processableUnreadable', 'Unreadable processable', 'A bulk stop answers with something else.'),
  chance('unknownList', 'Unknown list', 'A list answers 200 in an unknown shape.'),
  chance('repeatPages', 'Repeated pages', 'Every page of a list is the first one.'),
  chance('missingMembers', 'Missing members', 'Each required member but the id is absent or null.'),
  chance('nullUsers', 'Null users', 'The users of a session are null.'),
  chance('echoHeaders', 'Echoed headers', "Errors repeat the request's headers, the key among them."),
];
