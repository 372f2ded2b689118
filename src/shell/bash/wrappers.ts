/** `sudo` and its like: commands that run another one as it stands. */

/** Who runs it makes no difference to root. */
const WRAPPERS: ReadonlySet<string> = new Set(['sudo', 'nohup', 'command', 'exec', 'builtin']);
const SUDO_OPTIONS: ReadonlySet<string> = new Set(['-E', '-H', '-i', '-n', '-S', '-s', '-b', '--']);
const SUDO_VALUED: ReadonlySet<string> = new Set(['-u', '-g', '-p']);
/** Who is root already gets a shell, whoever of these asks. */
const OWN_NAMES: ReadonlySet<string> = new Set(['-', '-l', '--login', 'root']);

/** The command that is run in the end. */
export function unwrapped(args: readonly string[]): readonly string[] {
  let rest = args;
  while (rest.length > 1 && WRAPPERS.has(rest[0]!)) {
    const isSudo = rest[0] === 'sudo';
    rest = rest.slice(1);
    let wantsShell = false;
    while (isSudo && (SUDO_OPTIONS.has(rest[0]!) || SUDO_VALUED.has(rest[0]!))) {
      wantsShell ||= rest[0] === '-i' || rest[0] === '-s';
      rest = rest.slice(SUDO_VALUED.has(rest[0]!) ? 2 : 1);
    }
    if (rest.length === 0) return [wantsShell ? 'bash' : 'sudo'];
  }
  return rest[0] === 'su' && rest.slice(1).every((arg) => OWN_NAMES.has(arg)) ? ['bash'] : rest;
}
