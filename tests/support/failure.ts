/**
 * What a promise fails with. Jest's own `rejects.toThrow` does not know SQLite's errors for errors: the native driver
 * is loaded once a process, and its error class belongs to the suite that came first.
 */
export async function failureOf(work: PromiseLike<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return String((error as { message?: unknown }).message);
  }
  throw new Error('It did not fail.');
}
