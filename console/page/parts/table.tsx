/** A table of any length: only the rows that can be seen are in the page. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** A column. */
export interface Column<Row> {
  title: string;
  /** The cell of a row. */
  cell(row: Row): ComponentChildren;
  /** Numbers stand right-aligned. */
  isNumber?: boolean;
  /** Left out where there is little room. */
  isMinor?: boolean;
  /** Takes the room that is left. */
  isWide?: boolean;
}

interface TableProps<Row> {
  /** What the table holds, for a screen reader. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  idOf(row: Row): string;
  /** The id of the row that is open. */
  selected?: string | undefined;
  /** Told which rows can be seen. */
  onShown?: (rows: readonly Row[]) => void;
}

/** Pixels; style.css has it as `--row`. */
const ROW_HEIGHT = 36;
/** Rows beyond the edges, so that scrolling shows no gaps. */
const SPARE = 8;

/** Shows rows in a scrolling table. */
export function Table<Row>(props: TableProps<Row>): JSX.Element {
  const { label, columns, rows, idOf, selected } = props;
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useWindow(scroller, rows.length);
  const shown = rows.slice(first, last);
  useShown(shown, idOf, props.onShown);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus, for the arrow keys.
    <section class="scroller" ref={scroller} tabIndex={0} aria-label={label}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {shown.map((row, index) => (
            <tr
              key={idOf(row)}
              aria-rowindex={first + index + 2}
              class={idOf(row) === selected ? 'selected' : undefined}
            >
              {columns.map((column) => (
                <td key={column.title} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - last} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for rows that cannot be seen. */
function Gap({ rows, columns }: { rows: number; columns: number }): JSX.Element | null {
  if (rows <= 0) return null;
  return (
    <tr class="gap">
      <td colSpan={columns} style={{ height: `${rows * ROW_HEIGHT}px` }} />
    </tr>
  );
}

function classOf<Row>({ isNumber, isMinor, isWide }: Column<Row>): string {
  return [isNumber && 'number', isMinor && 'minor', isWide && 'wide'].filter(Boolean).join(' ');
}

function useWindow(scroller: { current: HTMLElement | null }, count: number) {
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller]);
  const first = Math.max(0, Math.min(count, Math.floor(view.top / ROW_HEIGHT)) - SPARE);
  const last = Math.min(count, Math.ceil((view.top + view.height) / ROW_HEIGHT) + SPARE);
  return { first, last };
}

function useShown<Row>(
  shown: readonly Row[],
  idOf: (row: Row) => string,
  onShown: ((rows: readonly Row[]) => void) | undefined,
): void {
  const ids = shown.map(idOf).join(' ');
  useEffect(() => onShown?.(shown), [ids]);
}
