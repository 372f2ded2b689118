/** The connection that fails: who refuses, who stays silent, and which address was meant. */
import type { Chapter } from './document.ts';

const BIN = '/usr/local/kafka/bin';
const TELNET = 'telnet 203.0.113.10 9092';
const TYPED = '^telnet 203\\.0\\.113\\.10 9092';

export const network: Chapter = {
  id: 'network',
  title: { en: 'When the connection fails', 'zh-CN': '连不上的时候' },
  headline: { en: 'From another machine: is anybody listening, and may one get there?', 'zh-CN': '从另一台机器看：有人在听吗？过得去吗？' },
  subline: { en: 'Refused, silent and forbidden are three different answers.', 'zh-CN': '拒绝、沉默、禁止，是三种不同的答复。' },
  blocks: [
    {
      type: 'mistake',
      number: 'T09',
      says: { en: '“Connection to node -1 … could not be established. **Node** may not be available.”', 'zh-CN': '“Connection to node -1 … could not be established. **Node** may not be available.”' },
      is: {
        en: 'That is the wording of 3.7. 2.3.0 says **Broker**: somebody mixed versions. Node −1 is the bootstrap address, before any broker has told its id. Ask where nobody is:',
        'zh-CN': '这是 3.7 的措辞，2.3.0 说的是 **Broker**：有人混用了版本。node -1 是引导地址，那时还不知道 broker 的编号。去没人的端口问问：',
      },
      command: { id: 'nobody', lines: './kafka-topics.sh --list --bootstrap-server 127.0.0.1:9099', directory: BIN, shows: { type: 'ran', line: '--bootstrap-server 127\\.0\\.0\\.1:9099', printed: 'Broker may not be available' } },
    },
    { type: 'command', things: ['broker-1'], text: { en: 'First question, on the host: does anybody listen on the port?', 'zh-CN': '第一个问题，在主机上：有人监听这个端口吗？' }, command: { id: 'netstat', lines: 'netstat -tuln | grep 9092', shows: { type: 'ran', line: '^netstat -tuln \\| grep 9092', printed: ':9092 .*LISTEN' } } },
    {
      type: 'command',
      text: { en: 'Second, from outside: can one get there? (203.0.113.10 is this host’s public address.)', 'zh-CN': '第二个问题，从外面：过得去吗？（203.0.113.10 是这台主机的公网地址。）' },
      command: { id: 'telnet', terminal: 'laptop', lines: TELNET, shows: { type: 'ran', machine: 'laptop', line: TYPED, printed: 'No route to host|timed out' }, withinMs: 20_000 },
    },
    {
      type: 'text',
      text: {
        en: '“No route to host” is the firewall of CentOS: it answers that nobody may pass. Open the port; `--permanent` only writes it down, `--reload` makes it true.',
        'zh-CN': '“No route to host”是 CentOS 防火墙的答复：不许过。开放端口：`--permanent` 只是写下来，`--reload` 才生效。',
      },
    },
    { type: 'command', command: { id: 'firewall-add', lines: 'sudo firewall-cmd --zone=public --add-port=9092/tcp --permanent', shows: { type: 'ran', line: 'firewall-cmd --zone=public --add-port=9092/tcp --permanent', printed: 'success' } } },
    { type: 'command', command: { id: 'firewall-reload', lines: 'sudo firewall-cmd --reload', shows: { type: 'ran', line: 'firewall-cmd --reload', printed: 'success' } } },
    { type: 'command', things: ['broker-1'], command: { id: 'telnet-again', terminal: 'laptop', lines: TELNET, shows: { type: 'ran', machine: 'laptop', line: TYPED, printed: 'Connected to' }, withinMs: 20_000 } },
    {
      type: 'mistake',
      number: 'T27',
      says: { en: '“Connection refused”? Open the firewall. (And telnet went to another address than the one in the error.)', 'zh-CN': '“Connection refused”？开防火墙。（而且 telnet 的地址和报错的地址不是同一个。）' },
      is: {
        en: 'Refused means: the machine was reached and **nobody listens there**. No firewall rule helps. Stop the broker and ask again:',
        'zh-CN': '拒绝的意思是：机器到了，**那里没人监听**。开防火墙没有用。停掉 broker 再问：',
      },
      things: ['broker-1'],
      command: { id: 'stop', lines: './kafka-server-stop.sh', directory: BIN, shows: { type: 'any', of: [{ type: 'broker', id: 1, state: 'NotRunning' }, { type: 'ran', machine: 'laptop', line: TYPED, printed: 'refused' }] }, withinMs: 30_000 },
    },
    { type: 'command', command: { id: 'telnet-refused', terminal: 'laptop', lines: TELNET, shows: { type: 'ran', machine: 'laptop', line: TYPED, printed: 'refused' }, withinMs: 20_000 } },
    { type: 'command', things: ['broker-1'], command: { id: 'start-again', lines: './kafka-server-start.sh -daemon ../config/server.properties', directory: BIN, shows: { type: 'broker', id: 1, state: 'RunningAsBroker' }, withinMs: 30_000 } },
    {
      type: 'text',
      text: {
        en: 'Third question, and the most forgotten: the address you type is only the beginning. The broker answers with the address it **advertises**, and everything else goes there.',
        'zh-CN': '第三个问题，也最常被忘：你填的地址只是开头。broker 会用它**对外公布**的地址回答，之后的一切都去那里。',
      },
    },
    { type: 'picture', picture: 'listeners' },
    {
      type: 'command',
      things: ['broker-1'],
      text: { en: 'Asked at 127.0.0.1, it calls itself by the host’s name. A client that cannot resolve that name gets no further.', 'zh-CN': '问的是 127.0.0.1，它报的是主机名。解析不了这个名字的客户端，就到此为止。' },
      command: { id: 'advertised', lines: './kafka-broker-api-versions.sh --bootstrap-server 127.0.0.1:9092 | head -n 1', directory: BIN, shows: { type: 'ran', line: '^\\./kafka-broker-api-versions\\.sh', printed: '^host:9092 \\(id: 1' }, withinMs: 20_000 },
    },
  ],
};
