/** Builds what has changed since it was last built: `plugin`, `server`, `admin`. */
export function build(names: readonly string[], options?: { readonly force?: boolean }): void;
