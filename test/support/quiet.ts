/** Log lines of the service stay out of what a test run prints. A test that reads them replaces `write` itself. */
const write = process.stdout.write.bind(process.stdout);
type Done = (error?: Error | null) => void;

process.stdout.write = (
  chunk: Uint8Array | string,
  encoding?: BufferEncoding | Done,
  done?: Done,
): boolean => {
  if (typeof chunk === 'string' && chunk.startsWith('{"timestamp":')) return true;
  return typeof encoding === 'function' ? write(chunk, encoding) : write(chunk, encoding, done);
};
