/** What the console reads: the local stage has one, a deployment another. */
import type { SessionsClient } from '../lib/edgegap/client.ts';
import type { Memory } from '../lib/memory/memory.ts';
import type { QueueRef } from '../lib/sqs/redrive.ts';
import type { SweepConfig } from '../lib/sweep/config.ts';
import type { About, FlowPoint } from './protocol.ts';

/** Takes a log line of a function, as it was written. */
export type OnLine = (line: string) => void;

/** The local stage's own controls. */
export interface Sandbox {
  /** Where the sandbox API answers. */
  url: string;
  /** Sends the events of a storm, after its sessions were created. */
  storm(matches: number, onSent: (sent: number, total: number) => void): Promise<void>;
  /** Puts the stage back to its first evening. */
  reset(): Promise<void>;
}

/** Where everything is that the console shows. */
export interface ConsoleSource {
  about: Omit<About, 'readOnly'>;
  client: SessionsClient;
  /** Calls a second that the client makes. */
  apiRate: number;
  events: QueueRef;
  deadLetters: QueueRef;
  memory: Pick<Memory, 'why' | 'recall' | 'rememberDeleted' | 'rememberStopped'>;
  sweep: SweepConfig;
  /** Hands on log lines of the functions from now on, and those of before that are kept. Ends with the signal. */
  readLines(onLine: OnLine, signal: AbortSignal): void;
  /** Milliseconds between two looks at the queues, 1000 or more. */
  pollMs: number;
  /** The points of the charts, where metrics have them. Without it they are counted from the log lines. */
  readPoints?: () => Promise<FlowPoint[]>;
  /** The local stage alone. */
  sandbox?: Sandbox;
}
