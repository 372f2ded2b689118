/** `host:port,host:port/chroot` (ConnectStringParser). */
import type { Address } from '../kernel/program.ts';
import { pathProblem } from './paths.ts';

const DEFAULT_PORT = 2181;

export interface ConnectString {
  readonly servers: readonly Address[];
  /** Empty: none. */
  readonly chroot: string;
  /** What the parser throws, as `Throwable.toString` gives it. */
  readonly problem?: string;
}

/** 3.7 leaves empty entries out. 3.4 splits as `String.split` does, and an entry without a name is the machine itself. */
function entriesOf(text: string, version: '3.4' | '3.7'): readonly string[] {
  const entries = text.split(',');
  if (version === '3.7') return entries.map((one) => one.trim()).filter((one) => one !== '');
  if (text === '') return ['localhost'];
  return entries.slice(0, entries.findLastIndex((one) => one !== '') + 1).map((one) => (/^(:|$)/.test(one) ? `localhost${one}` : one));
}

export function parseConnectString(text: string, version: '3.4' | '3.7'): ConnectString {
  const slash = text.indexOf('/');
  const chroot = slash < 0 || slash === text.length - 1 ? '' : text.slice(slash);
  let problem = chroot === '' ? undefined : pathProblem(chroot);
  if (problem !== undefined) problem = `java.lang.IllegalArgumentException: ${problem}`;
  const servers = entriesOf(slash < 0 ? text : text.slice(0, slash), version).map((one) => {
    const colon = one.lastIndexOf(':');
    const port = colon < 0 || colon === one.length - 1 ? String(DEFAULT_PORT) : one.slice(colon + 1);
    if (!/^\d{1,5}$/.test(port)) problem ??= `java.lang.NumberFormatException: For input string: "${port}"`;
    else if (Number(port) > 65_535) problem ??= `java.lang.IllegalArgumentException: port out of range:${port}`;
    return { host: colon < 0 ? one : one.slice(0, colon), port: Number(port) };
  });
  if (servers.length === 0) problem ??= 'java.lang.IllegalArgumentException: A HostProvider may not be empty!';
  return { servers, chroot, ...(problem === undefined ? {} : { problem }) };
}
