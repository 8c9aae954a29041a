/** What a part of the benchmark found, and how it is written down. */

/** One line of the results. */
export interface Finding {
  what: string;
  measured: string;
  /** What it must reach, and whether it does; absent where it only informs. */
  goal?: string;
  met?: boolean;
}

/** What one part found. */
export interface Part {
  title: string;
  /** What was measured, against what, and what was estimated. */
  how: string;
  findings: Finding[];
}

/** A part as Markdown. */
export function markdown({ title, how, findings }: Part): string {
  const rows = findings.map(
    ({ what, measured, goal = '', met }) =>
      `| ${what} | ${measured} | ${goal}${met === undefined ? '' : met ? ': met' : ': **missed**'} |`,
  );
  return [`## ${title}`, '', how, '', '| what | measured | goal |', '| --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

/** The value below which this share of the numbers lies. @param share 0 to 1 */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** A number with at most one decimal, and thousands separated. */
export function shown(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
