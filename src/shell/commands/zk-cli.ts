/** `zkCli.sh` of the image's ZooKeeper 3.7.0. */
import { failed, freeName, type Command } from '../command.ts';
import { HOME } from '../docker/zookeeper-image.ts';
import { consoleLevel } from '../tools/zookeeper/console.ts';
import { mainConfig } from '../tools/zookeeper/zookeeper-main.ts';

export const zkCli: Command = {
  name: 'zkCli.sh',
  summary: { en: "ZooKeeper's command line client, in its container", 'zh-CN': 'ZooKeeper 命令行客户端（在其容器内）' },
  run(args, context) {
    if (context.files.content(`${HOME}/bin/zkCli.sh`) === undefined) return failed('bash: zkCli.sh: command not found', 127);
    return {
      type: 'child',
      reads: 'edited',
      process: {
        name: freeName(context.world, 'zkCli'),
        program: 'zookeeper-main',
        host: context.host,
        parent: context.shell,
        commandLine: `java -Xmx256m org.apache.zookeeper.ZooKeeperMain ${args.join(' ')}`.trimEnd(),
        config: mainConfig('3.7.0', args, consoleLevel(context.session.variables.ZOO_LOG4J_PROP)),
      },
    };
  },
};
