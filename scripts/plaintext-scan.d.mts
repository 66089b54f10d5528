export const PLAINTEXT_MARKERS: RegExp;

export function scanLeftFiles(since: number): string[];
