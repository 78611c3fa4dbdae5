/** Hands a file to the browser to save; in the shell this opens its save dialog. */

/** Saves under the file's own name, or `fallbackName` when it has none. Returns the name used. */
export function saveFile(file: Blob, fallbackName: string): string {
  const name = file instanceof File && file.name !== '' && file.name !== 'blob' ? file.name : fallbackName;
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Revoking at once can cut off a download that has not started yet.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}
