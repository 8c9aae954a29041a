/** A chart over time. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { number } from '../words.ts';

/** One line of a chart. */
export interface Series {
  label: string;
  /** A color of style.css, such as `--blue`. */
  color: string;
  values: readonly (number | null)[];
  /** Filled to the axis. */
  isArea?: boolean;
}

interface ChartProps {
  title: string;
  /** Epoch milliseconds. */
  times: readonly number[];
  series: readonly Series[];
  /** What the chart spans up to now, in minutes. */
  windowMinutes: number;
}

const HEIGHT = 190;

/** Each value holds until the next one. */
const stepped = uPlot.paths.stepped?.({ align: 1 });

/** Draws the series. A screen reader reads the last values and the highest ones instead. */
export function Chart({ title, times, series, windowMinutes }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const dark = useDarkTheme();
  const names = series.map(({ label }) => label).join();
  const data: uPlot.AlignedData = [times.map((at) => at / 1000), ...series.map(({ values }) => [...values])];
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const created = new uPlot(optionsOf(element, series, windowMinutes), data, element);
    plot.current = created;
    const resized = new ResizeObserver(() => created.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      created.destroy();
    };
  }, [dark, names, windowMinutes]);
  useEffect(() => plot.current?.setData(data));
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {series.map(({ label, color }) => (
          <span key={label} class="legend">
            <span class={`swatch swatch${color}`} aria-hidden="true" />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}. ${series.map(summary).join(' ')}`} />
    </figure>
  );
}

function summary({ label, values }: Series): string {
  const known = values.filter((value) => value !== null);
  const most = known.length === 0 ? null : Math.max(...known);
  return `${label}: last ${number(known.at(-1))}, at most ${number(most)}.`;
}

function optionsOf(element: HTMLElement, series: readonly Series[], windowMinutes: number): uPlot.Options {
  const axis = { stroke: colorOf(element, '--quiet'), font: '12px system-ui', ticks: { show: false } };
  const grid = { stroke: colorOf(element, '--line'), width: 1 };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [10, 6, 0, 0],
    cursor: { show: false },
    scales: {
      x: { time: true, range: () => [Date.now() / 1000 - windowMinutes * 60, Date.now() / 1000] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, max ?? 0) * 1.1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 70, values: (_plot, splits) => splits.map(clock) },
      { ...axis, grid, size: 52, values: (_plot, splits) => splits.map(compact) },
    ],
    series: [{}, ...series.map((one) => lineOf(element, one))],
  };
}

function lineOf(element: HTMLElement, { label, color, isArea }: Series): uPlot.Series {
  const stroke = colorOf(element, color);
  return {
    label,
    stroke,
    width: isArea ? 0.5 : 1.5,
    points: { show: false },
    spanGaps: false,
    ...(stepped && { paths: stepped }),
    ...(isArea && { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.2)') }),
  };
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 5);
}

function compact(value: number): string {
  return value >= 10_000 ? `${value / 1000} k` : number(value);
}

/** A canvas takes no variable of CSS: the color as the browser resolves it, for the theme that holds. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function useDarkTheme(): boolean {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = (): void => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return dark;
}
