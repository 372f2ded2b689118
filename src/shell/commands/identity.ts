/** Who and where: `whoami`, `id`, `hostname`, `uname`. */
import { done, type Command } from '../command.ts';

export const whoami: Command = { name: 'whoami', summary: { en: 'the user', 'zh-CN': '当前用户' }, run: () => done('root\n') };

export const id: Command = { name: 'id', summary: { en: 'the user and the groups', 'zh-CN': '用户与组' }, run: () => done('uid=0(root) gid=0(root) groups=0(root)\n') };

export const hostname: Command = {
  name: 'hostname',
  summary: { en: 'the name of the machine', 'zh-CN': '主机名' },
  run(args, context) {
    const own = context.world.network.hosts.find(({ name }) => name === context.host);
    if (args[0] === '-i' || args[0] === '-I') {
      const addresses = own?.networks?.map(({ address }) => address) ?? own?.names.filter((name) => /^\d/.test(name)) ?? [];
      return done(`${addresses.length > 0 ? addresses.join(' ') : '127.0.0.1'}\n`);
    }
    return done(`${context.session.variables.HOSTNAME ?? context.host}\n`);
  },
};

export const uname: Command = {
  name: 'uname',
  summary: { en: 'the kernel', 'zh-CN': '内核信息' },
  run: (args, context) =>
    done(
      args[0] === '-a'
        ? `Linux ${context.session.variables.HOSTNAME ?? context.host} 3.10.0-1160.el7.x86_64 #1 SMP Mon Oct 19 16:18:59 UTC 2020 x86_64 x86_64 x86_64 GNU/Linux\n`
        : args[0] === '-r'
          ? '3.10.0-1160.el7.x86_64\n'
          : args[0] === '-m'
            ? 'x86_64\n'
            : 'Linux\n',
    ),
};
