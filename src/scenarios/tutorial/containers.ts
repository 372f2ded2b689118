/** Three ZooKeeper servers, a container each. */
import type { Chapter, Command } from './document.ts';

/** As tutorials write it. */
const container = (id: number): string => `docker run -p ${2181 + id}:2181 -d --name zookeeper${id} --hostname zookeeper${id} --network zookeeper-net --memory 1g \\
-v /usr/local/zookeeper${id}/data:/data \\
-v /usr/local/zookeeper${id}/log:/datalog \\
-e ZOO_MY_ID=${id} \\
-e ZOO_SERVERS="server.1=zookeeper1:2888:3888;2181 server.2=zookeeper2:2888:3888;2181 server.3=zookeeper3:2888:3888;2181" \\
zookeeper:3.7.0`;

const run = (id: number, shows: Command['shows']): Command => ({ id: `zookeeper${id}`, lines: container(id), shows, withinMs: 20_000 });

export const containers: Chapter = {
  id: 'containers',
  title: { en: 'Three ZooKeeper servers', 'zh-CN': '三台 ZooKeeper 服务器' },
  headline: { en: 'Three servers, one container each, one ensemble.', 'zh-CN': '三台服务器，各在一个容器里，合成一个集群。' },
  subline: { en: 'Two of three are a majority: from the second on it serves.', 'zh-CN': '三台里的两台就是多数：第二台一到就开始服务。' },
  blocks: [
    {
      type: 'command',
      things: ['zookeeper1'],
      text: { en: 'Six lines, one command: `\\` at a line’s end says that it goes on.', 'zh-CN': '六行是一条命令：行尾的 `\\` 表示还没完。' },
      command: run(1, { type: 'container', name: 'zookeeper1', status: 'running' }),
    },
    {
      type: 'text',
      things: ['zookeeper1'],
      text: { en: 'It runs and is LOOKING: it looks for a majority and finds none. One of three serves nobody.', 'zh-CN': '它运行了，状态是 LOOKING：在找多数派，还没找到。三台里只有一台，谁也服务不了。' },
    },
    {
      type: 'command',
      things: ['zookeeper1', 'zookeeper2'],
      text: { en: 'The second: another name, another published port, another directory, another id.', 'zh-CN': '第二台：换名字、换对外端口、换目录、换编号。' },
      command: run(2, { type: 'all', of: [{ type: 'container', name: 'zookeeper2', status: 'running' }, { type: 'ensemble', servers: 2 }] }),
    },
    {
      type: 'command',
      things: ['zookeeper3'],
      text: { en: 'The third finds a leader and follows it. Of three servers one may now be lost.', 'zh-CN': '第三台来时已有 leader，就跟随它。三台里现在可以坏一台。' },
      command: run(3, { type: 'all', of: [{ type: 'container', name: 'zookeeper3', status: 'running' }, { type: 'ensemble', servers: 3 }] }),
    },
    {
      type: 'terms',
      terms: [
        ['-p 2182:2181', { en: 'port 2182 of the host leads to 2181 inside', 'zh-CN': '主机的 2182 端口通到容器里的 2181' }],
        ['-d', { en: 'in the background; prints the container’s id', 'zh-CN': '后台运行，打印容器 id' }],
        ['--name, --hostname', { en: 'how you call it, and how it calls itself', 'zh-CN': '你怎么叫它，它怎么叫自己' }],
        ['--network zookeeper-net', { en: 'the network on which the names are known', 'zh-CN': '名字能解析的那个网络' }],
        ['--memory 1g', { en: 'it may use no more', 'zh-CN': '内存上限' }],
        ['-v …/data:/data', { en: 'snapshots and `myid` lie on the host and outlive the container', 'zh-CN': '快照和 `myid` 放在主机上，容器没了它还在' }],
        ['-v …/log:/datalog', { en: 'so do the transaction logs', 'zh-CN': '事务日志也是' }],
        ['-e ZOO_MY_ID=1', { en: 'which of the servers this one is', 'zh-CN': '这一台是几号' }],
        ['-e ZOO_SERVERS="…"', { en: 'all servers, the same text for each: next chapter', 'zh-CN': '全部服务器，每台都写一样：见下一章' }],
      ],
    },
    {
      type: 'mistake',
      number: 'T36',
      says: { en: '`ZOO_MY_ID` sets the server’s id.', 'zh-CN': '`ZOO_MY_ID` 设置节点的 ID。' },
      is: {
        en: 'Only where the volume has no `myid` yet. Start a container as number 9 on a copy of server 3’s data: it is number 3.',
        'zh-CN': '只在数据卷里还没有 `myid` 时才算数。用 3 号数据的拷贝启动一个“9 号”容器：它还是 3 号。',
      },
      command: {
        id: 'myid',
        lines: `cp -r /usr/local/zookeeper3/data /tmp/data
docker run -d --name number9 -v /tmp/data:/data -e ZOO_MY_ID=9 zookeeper:3.7.0
docker exec number9 cat /data/myid
docker rm -f number9`,
        shows: { type: 'ran', line: '^docker exec number9 cat /data/myid', printed: '^3' },
        withinMs: 20_000,
      },
    },
  ],
};
