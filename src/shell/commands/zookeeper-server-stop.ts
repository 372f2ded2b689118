import { done, type Command } from '../command.ts';

/** The ensemble lives in containers: no server of ZooKeeper is a process of the machine's own. */
export const zookeeperServerStop: Command = {
  name: 'zookeeper-server-stop.sh',
  summary: { en: 'asks the ZooKeeper of the machine to end', 'zh-CN': '停止本机的 ZooKeeper' },
  run: () => done('No zookeeper server to stop\n', { exitCode: 1 }),
};
