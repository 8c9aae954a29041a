/** A progress bar on stderr: one at a time, on a terminal, where there are many steps. */
import { SingleBar } from 'cli-progress';

/** With fewer steps a bar is only noise. */
const WORTH_A_BAR = 20;

/** One step of a command: "sending … 300/11000 events". */
export interface Step {
  verb: string;
  noun: string;
  done: number;
  /** Absent while it is not known: then the bar only counts. */
  total?: number | undefined;
}

/** The bar of a command. */
export interface Progress {
  /** Draws how far a step is. A step with another verb takes the place of the one before. */
  show(step: Step): void;
  /** Removes what is drawn, and restores cursor and line wrap. */
  end(): void;
}

/** Returns a bar that draws nothing yet. */
export function createProgress(): Progress {
  let drawn: { bar: SingleBar; verb: string } | undefined;

  function end(): void {
    drawn?.bar.stop();
    drawn = undefined;
  }

  function show(step: Step): void {
    if (drawn?.verb !== step.verb) end();
    if (step.total !== undefined && step.total < WORTH_A_BAR) return;
    drawn ??= { bar: startBar(step), verb: step.verb };
    drawn.bar.update(step.done);
  }

  return { show, end };
}

function startBar({ verb, noun, total }: Step): SingleBar {
  const bar = new SingleBar({
    format: total === undefined ? `${verb} {value} ${noun}` : `${verb} {bar} {value}/{total} ${noun}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total ?? 0, 0);
  return bar;
}
