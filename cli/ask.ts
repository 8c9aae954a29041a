/** Asks a person before something that cannot be taken back. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.ts';

/**
 * Whether the person says yes.
 * @param yes the option `--yes`: nobody is asked.
 * @throws UsageError where there is no terminal to ask at.
 */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new UsageError(`${question} There is nobody to ask here: add --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
