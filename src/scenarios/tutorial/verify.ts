/** Looking at the ensemble: docker ps and ZooKeeper's own client. */
import type { Chapter } from './document.ts';

const BASH = 'docker exec -it zookeeper1 /bin/bash';
const CLI = 'zkCli.sh -server zookeeper1:2181';
const IN_CLI = [BASH, CLI];
const EXEC = `^${BASH}`;

export const verify: Chapter = {
  id: 'verify',
  title: { en: 'Look at the ensemble', 'zh-CN': '检查这个集群' },
  headline: { en: 'One server leads, two follow, all hold the same tree.', 'zh-CN': '一台领导，两台跟随，三台持有同一棵树。' },
  subline: { en: 'A client may ask any of them.', 'zh-CN': '客户端问哪一台都行。' },
  blocks: [
    { type: 'command', text: { en: 'What runs, since when, and which ports lead in.', 'zh-CN': '在运行的有哪些、多久了、哪些端口通进去。' }, command: { id: 'docker-ps', lines: 'docker ps', shows: { type: 'ran', line: '^(sudo )?docker ps', printed: 'zookeeper3' } } },
    {
      type: 'mistake',
      number: 'T03',
      says: { en: 'The sample output has zookeeper:3.4.10 and no published ports.', 'zh-CN': '示例输出是 zookeeper:3.4.10，也没有映射端口。' },
      is: {
        en: 'That is another deployment’s. With these commands it says `zookeeper:3.7.0` and `0.0.0.0:2182->2181/tcp`, as it does in the terminal.',
        'zh-CN': '那是别的部署。照这些命令做，显示的是 `zookeeper:3.7.0` 和 `0.0.0.0:2182->2181/tcp`，终端里就是。',
      },
    },
    { type: 'command', things: ['zookeeper1'], text: { en: 'Into a container once more,', 'zh-CN': '再进一次容器，' }, command: { id: 'exec-again', lines: BASH, shows: { type: 'ran', line: EXEC, printed: '@zookeeper1:', times: 2 } } },
    { type: 'command', things: ['zookeeper1'], text: { en: 'and connect with ZooKeeper’s own client. Names work in here.', 'zh-CN': '用 ZooKeeper 自带的客户端连接。在这里名字可用。' }, command: { id: 'zk-cli', lines: CLI, inside: [BASH], shows: { type: 'ran', line: EXEC, printed: 'state:SyncConnected' } } },
    { type: 'command', text: { en: 'It is a tree of small nodes. Still almost empty:', 'zh-CN': '里面是一棵由小节点组成的树，现在几乎是空的：' }, command: { id: 'zk-ls', lines: 'ls /', inside: IN_CLI, shows: { type: 'ran', line: EXEC, printed: '^\\[.*zookeeper.*\\]$' } } },
    {
      type: 'command',
      things: ['zookeeper1', 'zookeeper2', 'zookeeper3'],
      text: { en: 'Write a node: the leader proposes, a majority logs it, then it is true. Watch the messages on the stage.', 'zh-CN': '写一个节点：leader 提议，多数写进日志，它才成立。看舞台上的消息。' },
      command: { id: 'zk-create', lines: 'create /course hello', inside: IN_CLI, shows: { type: 'znode', path: '/course', data: 'hello' } },
    },
    { type: 'command', text: { en: 'Read it, and leave.', 'zh-CN': '读出来，然后退出。' }, command: { id: 'zk-get', lines: 'get /course\nquit', inside: IN_CLI, shows: { type: 'ran', line: EXEC, printed: 'get /course\\n(.*\\n)*?hello' } } },
  ],
};
