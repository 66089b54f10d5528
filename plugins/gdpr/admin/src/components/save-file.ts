/** Hands a file to the browser's downloads. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the file after this returns.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The name that the server gives a file. */
export function fileNameOf(headers: Headers | undefined, fallback: string): string {
  return /filename="?([\w.-]+)"?/.exec(headers?.get('content-disposition') ?? '')?.[1] ?? fallback;
}
