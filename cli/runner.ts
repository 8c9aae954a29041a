/** The runner of all tools: parses the command line, prints the result or the error, and sets the exit code. */
import { Command, CommanderError } from 'commander';
import type { Environment } from '../lib/runtime/environment.ts';
import { errorLines, UsageError } from './errors.ts';
import type { OptionSpecs, ValuesOf } from './options.ts';
import { optionOf } from './options.ts';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';
import { createTerminal } from './terminal.ts';

/** What a command found or did. */
export interface Result {
  /** For a person, on stdout. */
  lines: readonly string[];
  /** For a program: printed in place of the lines with `--json`. */
  data?: unknown;
  /** What went wrong although the command went on: printed on stderr, and the exit code is 1. */
  problems?: readonly string[];
}

/** A command: its options, and what it does. */
export interface Action<O extends OptionSpecs> {
  about: string;
  /** `yes` and `json` work by themselves: see `YES` and `AS_JSON`. */
  options: O;
  /**
   * @param argument the command's argument; empty where it is optional and absent.
   * @param all every argument of a command that takes several.
   */
  run(terminal: Terminal, values: ValuesOf<O>, argument: string, all: readonly string[]): Promise<Result>;
}

/** Options that do no harm when npm takes them: without `--yes` the command asks, without `--json` it prints text. */
const HARMLESS = new Set(['yes', 'json']);

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Returns a tool without commands, as a person runs it: `npm run NAME --`. */
export function createTool(name: string): Command {
  return new Command(`npm run ${name} --`)
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ optionDescription: ({ description }) => description });
}

/** Adds to a command (or to a tool that is one command) its options and what it does. */
export function addAction<const O extends OptionSpecs>(command: Command, action: Action<O>): void {
  command.description(action.about);
  for (const [name, spec] of Object.entries(action.options)) command.addOption(optionOf(name, spec));
  command.action(async () => {
    const values = command.opts<ValuesOf<O>>();
    const { yes = false, json = false } = command.opts<{ yes?: boolean; json?: boolean }>();
    const terminal = createTerminal(yes);
    endOnSignals(terminal);
    try {
      printResult(terminal, await action.run(terminal, values, command.args[0] ?? '', command.args), json);
    } finally {
      terminal.end();
    }
  });
}

/**
 * Runs a tool with the arguments of the command line. The exit code is 0 when all is well, 2 for a wrong command line,
 * 1 for any other error.
 */
export async function runTool(tool: Command, args = process.argv.slice(2)): Promise<void> {
  try {
    refuseLostOptions(tool, args, process.env);
    if (tool.commands.length > 0 && args.length === 0)
      throw new UsageError(
        `No command. The commands are ${tool.commands.map((command) => command.name()).join(', ')}.`,
      );
    await tool.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(tool, error);
  }
}

function printResult(terminal: Terminal, { lines, data, problems = [] }: Result, json: boolean): void {
  terminal.print(json ? JSON.stringify(data ?? null, null, 2).split('\n') : lines);
  terminal.warn(problems);
  if (problems.length > 0) process.exitCode = 1;
}

/** A signal ends the process as it would have, once the terminal is as it was. */
function endOnSignals(terminal: Terminal): void {
  for (const signal of SIGNALS)
    process.once(signal, async () => {
      terminal.end();
      await terminal.interrupt();
      process.kill(process.pid, signal);
    });
}

/** Prints an error on stderr, and returns the exit code. */
function reportError(tool: Command, error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const usage = usageProblem(tool, error);
  const lines = usage === undefined ? errorLines(error) : [`${usage} See ${tool.name()} --help.`];
  for (const line of lines) console.error(printable(line));
  return usage === undefined ? 1 : 2;
}

function usageProblem(tool: Command, error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof CommanderError)) return undefined;
  const text = error.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/\.?$/, '.');
  const hint = ` npm takes options for itself unless -- stands before them (${tool.name()} …).`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${error.code === 'commander.excessArguments' ? hint : ''}`;
}

/**
 * Refuses options that npm has taken because `--` was forgotten: `npm run dead-letters redrive --code=X` arrives as
 * `redrive`, which would redrive everything. npm leaves them in the environment as `npm_config_code`.
 * @see https://docs.npmjs.com/cli/v11/using-npm/config#environment-variables
 */
function refuseLostOptions(tool: Command, args: readonly string[], env: Environment): void {
  if (tool.name() !== `npm run ${env.npm_lifecycle_event} --`) return;
  const command = tool.commands.find((one) => one.name() === args[0]) ?? tool;
  const lost = command.options
    .map((option) => option.name())
    .filter((name) => !HARMLESS.has(name) && env[`npm_config_${name.replaceAll('-', '_')}`]);
  if (lost.length === 0) return;
  const flags = lost.map((name) => `--${name}`).join(' ');
  throw new UsageError(`npm took ${flags} for itself. Put -- before the options (${tool.name()} …).`);
}
