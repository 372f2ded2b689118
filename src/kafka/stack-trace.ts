/** An exception as Java prints it: what it is, and below it where it was thrown. No newline at the end. */
export function stackTrace(exception: string, frames: readonly string[]): string {
  return [exception, ...frames.map((frame) => `\tat ${frame}`)].join('\n');
}
