/** The inside of a Lambda environment that may be killed: the built bundle in a process of its own. */
const { handler } = await import(new URL('../../dist/functions/session-events.mjs', import.meta.url).href);

process.on('message', async ({ id, event, timeoutMs }: { id: number; event: unknown; timeoutMs: number }) => {
  const endsAt = Date.now() + timeoutMs;
  const context = { functionName: 'chaos', getRemainingTimeInMillis: () => endsAt - Date.now() };
  try {
    process.send?.({ id, response: await handler(event, context) });
  } catch {
    process.send?.({ id });
  }
});
