import sodium from 'libsodium-wrappers';

/**
 * libsodium, once its WebAssembly is ready. Call at the start of the process; everything after may use {@link sodium}
 * synchronously.
 */
export async function sodiumReady(): Promise<void> {
  await sodium.ready;
}

export { sodium };
