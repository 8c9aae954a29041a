/** The senders of docs/senders/, each as the program that its default form is. */
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The folder of the senders. */
export const SENDERS = fileURLToPath(new URL('../../docs/senders/', import.meta.url));
const UNREAL = fileURLToPath(new URL('unreal/', import.meta.url));

/** Whether a program is there and works. */
export const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

/** A sender, and the toolchain that it needs. */
export interface Sender {
  name: string;
  isInstalled: boolean;
  /** Builds it. Returns the command of its default form. @param scratch an empty folder */
  build(scratch: string): Promise<[program: string, ...args: string[]]>;
}

const NODE_20 = '/usr/bin/node';
const isNode20 = (program: string): boolean =>
  /^v20\./.test(String(spawnSync(program, ['--version']).stdout));

/** Every sender. The oldest Node that is promised runs the JavaScript one, where the machine has it. */
export const senders: readonly Sender[] = [
  {
    name: 'JavaScript',
    isInstalled: true,
    build: async () => [isNode20(NODE_20) ? NODE_20 : process.execPath, join(SENDERS, 'send.mjs')],
  },
  {
    name: 'Python',
    isInstalled: has('python3', '--version'),
    build: async () => ['python3', join(SENDERS, 'send.py')],
  },
  {
    name: 'shell',
    isInstalled: has('openssl', 'version') && has('curl', '--version'),
    build: async () => ['bash', join(SENDERS, 'send.sh')],
  },
  {
    name: 'Go',
    isInstalled: has('go', 'version'),
    build: async (scratch) => {
      const program = join(scratch, 'send');
      await execute('go', ['build', '-o', program, join(SENDERS, 'send.go')]);
      return [program];
    },
  },
  {
    name: 'C#',
    isInstalled: has('mcs', '--version') && has('mono', '--version'),
    build: async (scratch) => {
      const main = join(scratch, 'Main.cs');
      const program = join(scratch, 'send.exe');
      await writeFile(main, CSHARP_MAIN);
      const files = [main, join(SENDERS, 'SessionHooks.cs')];
      await execute('mcs', ['-langversion:7', '-r:System.Net.Http.dll', `-out:${program}`, ...files]);
      return ['mono', program];
    },
  },
  {
    name: 'C++ for Unreal Engine',
    isInstalled: has('bash', '-c', "echo '#include <openssl/hmac.h>' | g++ -E -x c++ -"),
    build: async (scratch) => {
      const program = join(scratch, 'unreal');
      const files = [join(UNREAL, 'main.cpp'), join(SENDERS, 'SessionHooks.cpp')];
      const warnings = ['-Wall', '-Wno-deprecated-declarations'];
      const includes = ['-I', UNREAL, '-I', SENDERS];
      await execute('g++', ['-std=c++17', ...warnings, ...includes, ...files, '-o', program, '-lcrypto']);
      return [program];
    },
  },
];

const CSHARP_MAIN = `
public static class Program {
  public static int Main() {
    try { SessionHooks.MatchEnded().GetAwaiter().GetResult(); return 0; }
    catch (System.Exception error) { System.Console.Error.WriteLine(error.Message); return 1; }
  }
}
`;
