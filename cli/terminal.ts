/** What a command says and asks: the one place that writes to the terminal. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';
import { printable } from './printable.ts';
import type { Progress, Step } from './progress.ts';
import { createProgress } from './progress.ts';

/** The terminal of one command. */
export interface Terminal {
  /** Names what the command works on, on stderr, before it does anything. */
  target(name: string): void;
  /** Draws how far the command is. */
  progress(step: Step): void;
  /** Prints lines on stdout. */
  print(lines: readonly string[]): void;
  /** Prints lines on stderr. */
  warn(lines: readonly string[]): void;
  /**
   * Asks before something that cannot be undone. With `--yes` the question is not even made.
   * @throws UsageError without a terminal to ask on, and an Error when the answer is not yes.
   */
  confirm(question: () => string | Promise<string>): Promise<void>;
  /** Ends what is drawn. */
  end(): void;
  /**
   * Does work that a signal must not leave half done: SIGINT, SIGTERM or SIGHUP abort its signal, and the tool ends
   * once the work has.
   */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts that work. Resolves when it has ended, at once where there is none. */
  interrupt(): Promise<void>;
}

const INTERRUPTED = 'Interrupted.';

/** Returns a terminal. @param yes whether the person has agreed beforehand. */
export function createTerminal(yes: boolean): Terminal {
  const progress = createProgress();
  const running = new Map<AbortController, Promise<unknown>>();
  const warn = writer(progress, console.error);
  return {
    target: (name) => warn([`Target: ${name}`]),
    progress: progress.show,
    print: writer(progress, console.log),
    warn,
    end: progress.end,
    async interruptible(work) {
      const controller = new AbortController();
      const result = work(controller.signal);
      running.set(controller, result);
      try {
        return await result;
      } finally {
        running.delete(controller);
      }
    },
    async interrupt() {
      for (const controller of running.keys()) controller.abort(new Error(INTERRUPTED));
      await Promise.allSettled(running.values());
    },
    async confirm(question) {
      if (yes) return;
      const text = printable(await question());
      progress.end();
      if (!process.stdin.isTTY) throw new UsageError(`${text} No terminal to confirm on: pass --yes.`);
      if (!(await ask(text))) throw new Error('Nothing was done.');
    },
  };
}

function writer(progress: Progress, write: (line: string) => void) {
  return (lines: readonly string[]): void => {
    progress.end();
    for (const line of lines) write(printable(line));
  };
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    // Ctrl-C or Ctrl-D.
    return false;
  } finally {
    terminal.close();
  }
}
