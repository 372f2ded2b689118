/** ZOO_SERVERS, the ports and the names. */
import type { Chapter } from './document.ts';

const IN_CONTAINER = ['docker exec -it zookeeper1 /bin/bash'];
const EXEC = '^docker exec -it zookeeper1 /bin/bash';

export const servers: Chapter = {
  id: 'servers',
  title: { en: 'Ports and names', 'zh-CN': '端口和名字' },
  headline: { en: 'Each server knows the others by name, and by two ports.', 'zh-CN': '每台服务器靠名字和两个端口认识其他服务器。' },
  subline: { en: 'The ports may be the same everywhere: every container has an address of its own.', 'zh-CN': '端口处处可以相同：每个容器有自己的地址。' },
  blocks: [
    { type: 'text', text: { en: '`ZOO_SERVERS` holds one word for each server of the ensemble:', 'zh-CN': '`ZOO_SERVERS` 里，每台服务器占一个词：' } },
    { type: 'picture', picture: 'zooServers' },
    {
      type: 'mistake',
      number: 'T01',
      says: { en: '2888 is the election port, 3888 the synchronization port.', 'zh-CN': '2888 是选举通信端口，3888 是同步通信端口。' },
      is: {
        en: 'The other way round. Followers connect to the leader at **2888**, which sends them what was written; votes go over **3888**. The log says so.',
        'zh-CN': '正好相反。follower 连到 leader 的 **2888**，数据从这里来；选票走 **3888**。日志里写着。',
      },
      command: { id: 'ports', lines: 'docker logs zookeeper2 | grep "election bind port"', shows: { type: 'ran', line: '^docker logs zookeeper2', printed: 'election bind port: .*3888' } },
      things: ['zookeeper1', 'zookeeper2', 'zookeeper3'],
    },
    {
      type: 'mistake',
      number: 'T02',
      says: { en: 'In the explanation the word ends after 3888: `server.1=zookeeper1:2888:3888`.', 'zh-CN': '解释里，词到 3888 就结束了：`server.1=zookeeper1:2888:3888`。' },
      is: {
        en: 'Since 3.5 the client port stands behind the semicolon. Without `;2181` the server runs and no client can reach it.',
        'zh-CN': '3.5 起，客户端端口写在分号后面。少了 `;2181`，服务器照样运行，但没有客户端连得上。',
      },
      command: {
        id: 'no-client-port',
        lines: `docker run -d --name portless --network zookeeper-net -e ZOO_MY_ID=1 -e ZOO_SERVERS="server.1=portless:2888:3888" zookeeper:3.7.0
sleep 3; nc -zv 172.19.0.5 2181
docker rm -f portless`,
        shows: { type: 'ran', line: '^sleep 3; nc -zv 172.19.0.5', printed: 'refused' },
        withinMs: 20_000,
      },
    },
    {
      type: 'text',
      text: {
        en: 'On a network of your own Docker answers for names. See it from inside `zookeeper1`; the image has no `ping`, so it is installed first.',
        'zh-CN': '在自建网络里，Docker 负责解析名字。进到 `zookeeper1` 里看看；镜像里没有 `ping`，要先装。',
      },
      things: ['zookeeper1'],
    },
    { type: 'command', command: { id: 'exec', lines: 'docker exec -it zookeeper1 /bin/bash', shows: { type: 'ran', line: EXEC, printed: '@zookeeper1:' } }, things: ['zookeeper1'] },
    { type: 'command', command: { id: 'apt-update', lines: 'apt-get update', inside: IN_CONTAINER, shows: { type: 'ran', line: EXEC, printed: 'apt-get update\\n[\\s\\S]*Reading package lists' }, withinMs: 30_000 } },
    { type: 'command', command: { id: 'apt-install', lines: 'apt-get install -y iputils-ping', inside: IN_CONTAINER, shows: { type: 'ran', line: EXEC, printed: 'Setting up iputils-ping' }, withinMs: 30_000 } },
    {
      type: 'command',
      things: ['zookeeper1', 'zookeeper2'],
      text: { en: 'Back on the host (`exit`), from the outside in. `ping` goes on until Ctrl-C; whatever comes next sends it.', 'zh-CN': '回到主机（`exit`），从外面进去执行。`ping` 要按 Ctrl-C 才停；运行下一条命令时会替你按。' },
      command: { id: 'ping2', lines: 'docker exec -it zookeeper1 ping zookeeper2', shows: { type: 'ran', line: '^docker exec -it zookeeper1 ping zookeeper2', printed: 'bytes from zookeeper2' } },
    },
    { type: 'command', things: ['zookeeper1', 'zookeeper3'], command: { id: 'ping3', lines: 'docker exec -it zookeeper1 ping zookeeper3', shows: { type: 'ran', line: '^docker exec -it zookeeper1 ping zookeeper3', printed: 'bytes from zookeeper3' } } },
    {
      type: 'mistake',
      number: 'T29',
      says: { en: 'Containers join the network by themselves.', 'zh-CN': '容器会自动加入该网络。' },
      is: {
        en: 'Only with `--network`, or `docker network connect`. Without it a container lands on the default bridge, where no names are known.',
        'zh-CN': '要写 `--network`，或者用 `docker network connect`。不写就落在默认网桥上，那里不解析名字。',
      },
      command: {
        id: 'alone',
        lines: `docker run -d --name alone zookeeper:3.7.0
docker exec zookeeper1 ping -c 1 alone
docker rm -f alone`,
        shows: { type: 'ran', line: '^docker exec zookeeper1 ping -c 1 alone', printed: 'not known' },
      },
    },
  ],
};
