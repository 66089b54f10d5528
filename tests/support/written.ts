/**
 * Everything that this process writes while a suite runs, by whatever way. To be imported before Strapi: its logger takes
 * hold of the console when it is loaded.
 */
export const written: string[] = [];

const record = (chunk: unknown): void => void written.push(String(chunk));
const restore: (() => void)[] = [];

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk: never, ...rest: never[]) => {
    record(chunk);
    return write(chunk, ...rest);
  };
  restore.push(() => (stream.write = write));
}
// Jest's console does not write to the streams above until the suite has ended.
for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const spy = jest.spyOn(console, name).mockImplementation((...parts: unknown[]) => record(parts.join(' ')));
  restore.push(() => spy.mockRestore());
}
const warned = (warning: Error): void => record(warning.stack);
process.on('warning', warned);
restore.push(() => process.off('warning', warned));

/** Gives the console and the streams back. */
export function restoreWriting(): void {
  for (const undo of restore) undo();
}
