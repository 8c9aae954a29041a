/** The errors of this folder. */

/** The memory's table did not do what it was asked. The message names the table, the operation and the reason. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
  /** Its member of the error catalogue. */
  readonly code = 'MEMORY_UNAVAILABLE';
}

/** The condition of a write does not hold: an answer of the table, not a failure. It never leaves the table. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
}
