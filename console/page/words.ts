/** Numbers and times in words. */

const NUMBERS = new Intl.NumberFormat('en');
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `11,000`; a dash for what is not known. */
export function number(value: number | null | undefined): string {
  return value == null ? '–' : NUMBERS.format(value);
}

/** `1 session`, `11,000 sessions`. */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** An age as its largest unit or two: `12 s`, `4 m`, `2 h 5 m`, `3 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d`;
}

/** A duration: `250 ms`, `1.4 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : age(ms);
}

/** A time to the second, in the person's own time zone. */
export function exactTime(at: number): string {
  return EXACT.format(at);
}

/** `deleteUsersSession` and such, in words. */
export function operationName(operation: string): string {
  return OPERATIONS.get(operation) ?? operation;
}

const OPERATIONS = new Map([
  ['sessionDelete', 'delete session'],
  ['sessionsBulkStop', 'bulk stop'],
  ['deleteUsersSession', 'remove users'],
  ['putUsersSession', 'add users'],
  ['deploymentStop', 'stop deployment'],
  ['deploymentsBulkStop', 'bulk stop of deployments'],
  ['none', 'no call'],
]);
