/** What every tool does alike: reads its options, and says what went wrong in one line. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { problem, UsageError } from './errors.ts';

/**
 * Runs a tool with the arguments of the command line. An error is said on stderr; the status is 2 when the command
 * line is wrong, 1 for any other error.
 */
export async function runProgram(main: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(problem(error));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** Node's own parser of options. @throws UsageError that says what it does not understand. */
export function readOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options could not be read.');
  }
}
