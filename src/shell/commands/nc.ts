/** `nc` and `telnet`: a connection by hand, and the four ways in which there is none. */
import { failed, freeName, type Command, type Context, type Result } from '../command.ts';

function dialling(kind: 'nc' | 'telnet', host: string, port: string, config: Readonly<Record<string, unknown>>, args: readonly string[], context: Context): Result {
  return {
    type: 'child',
    // Who only looks whether somebody is there leaves the input to the shell.
    ...(config.isLook === true ? {} : { reads: 'lines' }),
    process: { name: freeName(context.world, kind), program: 'socket-tool', host: context.host, parent: context.shell, commandLine: `${kind} ${args.join(' ')}`, config: { kind, host, port: Number(port), ...config } },
  };
}

const isPort = (text: string | undefined): text is string => text !== undefined && /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;

export const nc: Command = {
  name: 'nc',
  summary: { en: 'connects to a port; `-zv` only looks', 'zh-CN': '连接端口；`-zv` 只测试' },
  run(args, context) {
    const letters = args.filter((arg) => /^-[a-z]+$/.test(arg)).join('');
    const waitAt = args.findIndex((arg) => arg === '-w');
    const [host, port] = args.filter((arg, i) => !arg.startsWith('-') && !(waitAt >= 0 && i === waitAt + 1) && args[i - 1] !== '-q');
    if (letters.includes('l')) return failed('nc: listening is not modelled here');
    if (host === undefined) return failed('Ncat: You must specify a host to connect to. QUITTING.', 2);
    if (!isPort(port)) return failed(port === undefined ? 'Ncat: You must specify a port. QUITTING.' : `Ncat: Invalid port number "${port}". QUITTING.`, 2);
    return dialling('nc', host, port, { isLook: letters.includes('z'), isVerbose: letters.includes('v'), ...(waitAt < 0 ? {} : { waitMs: Number(args[waitAt + 1]) * 1_000 }) }, args, context);
  },
};

export const telnet: Command = {
  name: 'telnet',
  summary: { en: 'connects to a port', 'zh-CN': '连接端口' },
  run(args, context) {
    const [host, port = '23'] = args;
    if (host === undefined) return failed('telnet: name a host and a port (its own prompt is not modelled here)');
    if (!isPort(port)) return failed(`telnet: could not resolve ${host}/${port}: Servname not supported for ai_socktype`);
    return dialling('telnet', host, port, {}, args, context);
  },
};
