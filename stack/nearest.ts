/** The name that a person may have meant. Pure. */

/** A name that differs in more than this is another name. */
const MOST_EDITS = 4;

/**
 * The known name with the fewest edits (Levenshtein) from a wrong one, in lower case; undefined where each of
 * them differs in more than four characters, or in half of the name.
 */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, edits: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.min(MOST_EDITS, name.length / 2))
    .toSorted((one, other) => one.edits - other.edits);
  return best?.name;
}

/** The least number of characters to insert, delete or replace. */
function distance(from: string, to: string): number {
  const first = Array.from({ length: to.length + 1 }, (_, column) => column);
  const last = [...from].reduce((above, letter, row) => nextRow(above, letter, row + 1, to), first);
  return last.at(-1) ?? 0;
}

function nextRow(above: readonly number[], letter: string, row: number, to: string): number[] {
  const cells = [row];
  for (const [column, other] of [...to].entries()) {
    const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
    cells.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (cells[column] ?? 0) + 1));
  }
  return cells;
}
