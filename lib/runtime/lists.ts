/** Small helpers for lists. */

/** Cuts a list into lists of at most `size` items, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let start = 0; start < items.length; start += size) cut.push(items.slice(start, start + size));
  return cut;
}
