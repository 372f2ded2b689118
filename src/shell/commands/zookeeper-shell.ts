/** `zookeeper-shell.sh` of Kafka 2.3.0: the client of the ZooKeeper 3.4.14 that it brings along. */
import { done, type Command } from '../command.ts';
import type { Tool } from '../tools/tool.ts';
import { zooKeeperMainTool } from '../tools/zookeeper/zookeeper-main.ts';
import { startTool } from './kafka-tools.ts';

export const zookeeperShell: Command = {
  name: 'zookeeper-shell.sh',
  summary: { en: "ZooKeeper's command line client, as Kafka has it", 'zh-CN': 'Kafka 自带的 ZooKeeper 命令行客户端' },
  run(args, context) {
    if (args.length === 0) return done('USAGE: ./zookeeper-shell.sh zookeeper_host:port[/path] [args...]\n', { exitCode: 1 });
    return startTool(zooKeeperMainTool as Tool<unknown>, 'zookeeper-shell', ['-server', ...args], context);
  },
};
