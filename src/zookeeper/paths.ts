/** Node paths: their shape (PathUtils.validatePath), parents and names. */

/** Nodes that exist from the start and cannot be deleted (DataTree.isSpecialPath). */
const fixed: readonly string[] = ['/', '/zookeeper', '/zookeeper/config', '/zookeeper/quota'];

export function isFixedNode(path: string): boolean {
  return fixed.includes(path);
}

/** `/a/b` → `/a`, `/a` → `/`; the root is its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function childPath(parent: string, name: string): string {
  return parent === '/' ? '/' + name : parent + '/' + name;
}

/** What is wrong with a path, in the words of the real exception, or undefined. Sequential names are judged with their suffix to come. */
export function pathProblem(given: string, sequential = false): string | undefined {
  const path = sequential ? given + '1' : given;
  if (path.length === 0) return 'Path length must be > 0';
  if (path[0] !== '/') return 'Path must start with / character';
  if (path.length === 1) return undefined;
  if (path.endsWith('/')) return 'Path must not end with / character';
  const reason = componentProblem(path);
  return reason === undefined ? undefined : `Invalid path string "${path}" caused by ${reason}`;
}

function componentProblem(path: string): string | undefined {
  for (let at = 1; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0) return `null character not allowed @${at}`;
    if (path[at] === '/' && path[at - 1] === '/') return `empty node name specified @${at}`;
    const endsComponent = at + 1 === path.length || path[at + 1] === '/';
    if (path[at] === '.' && endsComponent && (path[at - 1] === '/' || (path[at - 1] === '.' && path[at - 2] === '/'))) {
      return `relative paths not allowed @${at}`;
    }
    if (
      (code > 0x00 && code <= 0x1f) ||
      (code >= 0x7f && code <= 0x9f) ||
      (code >= 0xd800 && code <= 0xf8ff) ||
      code >= 0xfff0
    ) {
      return `invalid character @${at}`;
    }
  }
  return undefined;
}
