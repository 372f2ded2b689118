import { failed, freeName, type Command } from '../command.ts';

export const curl: Command = {
  name: 'curl',
  summary: { en: 'asks a port over HTTP', 'zh-CN': '用 HTTP 访问端口' },
  run(args, context) {
    const isSilent = args.some((arg) => arg === '--silent' || /^-[a-zA-Z]*s/.test(arg)) && !args.some((arg) => arg === '--show-error' || /^-[a-zA-Z]*S/.test(arg));
    const url = args.find((arg) => !arg.startsWith('-'));
    if (url === undefined) return failed("curl: try 'curl --help' or 'curl --manual' for more information", 2);
    const match = /^(?:(https?|telnet):\/\/)?([^/:]+)(?::(\d+))?(?:\/|$)/.exec(url);
    if (!match) return failed(`curl: (3) <url> malformed`, 3);
    const port = match[3] === undefined ? (match[1] === 'https' ? 443 : 80) : Number(match[3]);
    return { type: 'child', process: { name: freeName(context.world, 'curl'), program: 'socket-tool', host: context.host, parent: context.shell, commandLine: `curl ${args.join(' ')}`, config: { kind: 'curl', host: match[2]!, port, ...(isSilent ? { isSilent } : {}) } } };
  },
};
