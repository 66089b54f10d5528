/**
 * Everything that this process writes while a suite runs, by whatever way. To be imported before Strapi: its logger takes
 * hold of the console when it is loaded.
 */
export const written: string[] = [];

const record = (chunk: unknown): void => void written.push(String(chunk));
const restore: (() => void)[] = [];

// When Jest runs several suites its console has streams of its own, and Strapi's logger writes to those.
const { _stdout: out, _stderr: err } = console as unknown as Record<string, NodeJS.WriteStream | undefined>;
const streams = new Set([process.stdout, process.stderr, out, err].filter((one) => one !== undefined));
for (const stream of streams) {
  const write = stream.write.bind(stream);
  stream.write = (chunk: never, ...rest: never[]) => {
    record(chunk);
    return write(chunk, ...rest);
  };
  restore.push(() => (stream.write = write));
}
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
