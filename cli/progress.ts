/** A progress bar on stderr, where there are many steps and a terminal. */
import { SingleBar } from 'cli-progress';

/** Below so many steps a bar is only noise. */
const WORTH_A_BAR = 20;

/** A bar that is drawn. */
export interface ProgressBar {
  update(done: number): void;
  stop(): void;
}

/**
 * Starts a bar.
 * @param verb and `noun` stand around it: "sending … 300/11000 events".
 * @param total undefined where nobody knows it yet: then it only counts.
 */
export function progressBar(verb: string, noun: string, total?: number): ProgressBar {
  if (total !== undefined && total < WORTH_A_BAR) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: total === undefined ? `${verb} {value} ${noun}` : `${verb} {bar} {value}/{total} ${noun}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total ?? 0, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
