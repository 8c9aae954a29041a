/** A progress bar on stderr, where there are many steps and a terminal. */
import { SingleBar } from 'cli-progress';

/** Below so many steps a bar is only noise. */
const WORTH_A_BAR = 100;

/** Starts a bar for `total` events. */
export function progressBar(total: number): { update(done: number): void; stop(): void } {
  if (total < WORTH_A_BAR) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: 'sending {bar} {value}/{total} events',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
