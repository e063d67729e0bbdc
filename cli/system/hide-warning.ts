/** Keeps warnings of one name off standard error; all others are printed as ever. */
export function hideWarning(name: string): void {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === name) return;
    for (const print of printers) print.call(process, warning);
  });
}
