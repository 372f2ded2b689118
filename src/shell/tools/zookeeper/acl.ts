/** Access control lists as the command line client reads and prints them. The model has `world:anyone` alone. */
import { PERM_ADMIN, PERM_CREATE, PERM_DELETE, PERM_READ, PERM_WRITE, type Acl } from '../../../zookeeper/messages.ts';

/** In the order in which they are printed. */
const PERMISSIONS: readonly (readonly [letter: string, bit: number])[] = [
  ['c', PERM_CREATE], ['d', PERM_DELETE], ['r', PERM_READ], ['w', PERM_WRITE], ['a', PERM_ADMIN],
];

export function permissionText(acl: Acl): string {
  return PERMISSIONS.filter(([, bit]) => (acl & bit) !== 0).map(([letter]) => letter).join('');
}

/** An `ACL` as its record prints itself: `'world,'anyone` and a newline, then the permissions. */
export function aclText(acl: Acl): string {
  return `'world,'anyone\n: ${permissionText(acl)}`;
}

export interface ReadAcl {
  /** `invalid`: a server refuses it; `notModelled`: a real one would take it. */
  readonly acl: Acl | 'none' | 'invalid' | 'notModelled';
  /** What is said of it on standard error, a line each. */
  readonly complaints: readonly string[];
}

/** `scheme:id:perms` between commas (AclParser). */
export function readAcl(text: string): ReadAcl {
  const complaints: string[] = [];
  const found: { readonly scheme: string; readonly id: string; readonly perms: Acl }[] = [];
  for (const part of text.replace(/,+$/, '').split(',')) {
    const first = part.indexOf(':');
    const last = part.lastIndexOf(':');
    if (first === last) {
      complaints.push(`${part} does not have the form scheme:id:perm`);
      continue;
    }
    let perms = 0;
    for (const letter of part.slice(last + 1)) {
      const bit = PERMISSIONS.find(([known]) => known === letter)?.[1];
      if (bit === undefined) complaints.push(`Unknown perm type: ${letter}`);
      else perms |= bit;
    }
    found.push({ scheme: part.slice(0, first), id: part.slice(first + 1, last), perms });
  }
  const [entry, ...more] = found;
  if (entry === undefined) return { acl: 'none', complaints };
  if (found.some(({ scheme, id }) => ['digest', 'ip', 'sasl', 'x509', 'auth'].includes(scheme) && (scheme !== 'auth' || id !== ''))) return { acl: 'notModelled', complaints };
  // `auth::` stands for whoever has authenticated, and here nobody can.
  if (found.some(({ scheme, id }) => scheme !== 'world' || id !== 'anyone')) return { acl: 'invalid', complaints };
  return { acl: more.every(({ perms }) => perms === entry.perms) ? entry.perms : 'notModelled', complaints };
}
