/**
 * The arguments of zkCli's `delete` (DeleteCommand): `delete [-v version] path`, and the old `delete path version`, which is accepted
 * with a warning and whose version counts for nothing.
 */
import type { DeleteOp } from './messages.ts';

const DELETE_USAGE = 'delete [-v version] path';

export type ParsedDelete =
  | { readonly type: 'op'; readonly op: DeleteOp; readonly warning: string | null }
  | { readonly type: 'error'; readonly text: string };

/** `words` without the command itself. */
export function parseDelete(words: readonly string[]): ParsedDelete {
  const paths: string[] = [];
  let version = -1;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-v')) {
      if (/^-[^\d]/.test(word)) return { type: 'error', text: `Unrecognized option: ${word}` };
      paths.push(word);
      continue;
    }
    const value = word === '-v' ? words[++i] : word.slice(2);
    if (value === undefined) return { type: 'error', text: 'Missing argument for option: v' };
    if (!/^-?\d+$/.test(value)) return { type: 'error', text: `For input string: "${value}"` };
    version = Number(value);
  }
  const [path, ...old] = paths;
  if (path === undefined) return { type: 'error', text: DELETE_USAGE };
  const warning = old.length > 0 ? "'delete path [version]' has been deprecated. Please use 'delete [-v version] path' instead." : null;
  return { type: 'op', op: { type: 'delete', path, version }, warning };
}
