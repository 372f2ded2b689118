/** L2.3: three empty servers, started one after the other. */
import { threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Goal, Scenario } from './scenario.ts';

const serverThreeLeads: Goal = { text: { en: 'Server 3 leads all three', 'zh-CN': '3 号领导齐全的三台' }, condition: { type: 'all', of: [{ type: 'zookeeperLeads', sid: 3 }, { type: 'ensembleServes', servers: 3 }] }, mode: 'once' };

export const firstElection: Scenario = {
  ...headings.firstElection,
  question: {
    en: 'You start zookeeper1, then zookeeper2, then zookeeper3, all of them empty. Who is the leader at the end?',
    'zh-CN': '三台空服务器，依次启动 1、2、3 号。最后谁是 leader？',
  },
  options: [
    { key: 'A', text: { en: '1: it was first', 'zh-CN': '1 号，先到先得' } },
    { key: 'B', text: { en: '2: with 1 and 2 there is already a majority', 'zh-CN': '2 号，1 和 2 已构成多数' }, isRight: true },
    { key: 'C', text: { en: '3: the highest id always wins', 'zh-CN': '3 号，id 最大的总是赢' } },
    { key: 'D', text: { en: 'Nobody until all three are up', 'zh-CN': '三台到齐之前没有 leader' } },
  ],
  verdict: {
    right: { en: 'Right: two of three are a majority, and 2 is the higher id of the two.', 'zh-CN': '对：三台中的两台就是多数，而 2 是这两台里较大的 id。' },
    wrong: {
      en: 'Server 2 leads. Two of three are a majority, so nobody waited for 3; and 3 did not challenge a leader that works.',
      'zh-CN': '当选的是 2 号。三台里的两台已是多数，没人等 3 号；3 号也不会挑战正在工作的 leader。',
    },
  },
  decidedAfter: 2,
  headline: { en: 'Three containers exist. None was started.', 'zh-CN': '三个容器已创建，都还没有启动。' },
  subline: { en: 'Each server has an id and an empty data directory.', 'zh-CN': '每台服务器只有一个 id 和空的数据目录。' },
  takeaway: {
    en: 'A vote compares (epoch, zxid, id) in this order; the id only breaks ties. Once a majority agrees, latecomers follow.',
    'zh-CN': '投票依次比较（纪元 epoch、zxid、id），id 只用于打破平局。多数达成一致后，后来者只能跟随。',
  },
  tryThis: {
    en: 'Make server 3 the leader of the complete ensemble.',
    'zh-CN': '让 3 号成为三台齐全的集群的 leader。',
  },
  cluster: { seed: 1, zookeeper: threeServers, brokers: [], clients: [] },
  boot: [],
  openAtMs: 0,
  leadInMs: 0,
  view: 'election',
  select: 'zookeeper1',
  steps: [
    {
      do: [{ action: { type: 'start', process: 'zookeeper1' } }],
      until: { type: 'logged', process: 'zookeeper1', text: 'Notification time out: 1600' },
      withinMs: 10_000,
      label: { en: 'Start zookeeper1', 'zh-CN': '启动 zookeeper1' },
      button: { en: 'Start zookeeper1', 'zh-CN': '启动 zookeeper1' },
      running: { en: 'Server 1 votes for itself and waits.', 'zh-CN': '1 号投自己一票，然后等待。' },
      headline: { en: 'Server 1 is alone: one of three is no majority.', 'zh-CN': '1 号独自一台：三分之一不是多数。' },
      subline: { en: 'It repeats its vote after 200, 400, 800 … ms.', 'zh-CN': '它每隔 200、400、800……毫秒重发一次选票。' },
      note: { en: 'LOOKING, vote (zxid 0x0, id 1). It serves nobody.', 'zh-CN': 'LOOKING，选票是（zxid 0x0，id 1），不对外服务。' },
      select: 'zookeeper1',
      view: 'election',
    },
    {
      do: [{ action: { type: 'start', process: 'zookeeper2' } }],
      until: { type: 'ensembleServes', servers: 2 },
      withinMs: 15_000,
      label: { en: 'Start zookeeper2', 'zh-CN': '启动 zookeeper2' },
      button: { en: 'Start zookeeper2', 'zh-CN': '启动 zookeeper2' },
      running: { en: 'Two votes meet: equal history, so the higher id counts.', 'zh-CN': '两张选票相遇：历史相同，于是比 id。' },
      headline: { en: 'Server 2 leads epoch 1, and server 1 follows.', 'zh-CN': '2 号成为 epoch 1 的 leader，1 号跟随。' },
      subline: { en: 'Both voted for 2; after 200 ms without a better vote it was final.', 'zh-CN': '两台都投给 2；200 毫秒内没有更好的选票，结果就定了。' },
      note: {
        en: 'Equal epoch, equal zxid: the id breaks the tie. Then the leader asks its follower for the last epoch and begins a new one.',
        'zh-CN': 'epoch 相同，zxid 相同，由 id 打破平局。随后 leader 询问 follower 的旧 epoch，开启新的 epoch。',
      },
      select: 'zookeeper2',
      view: 'election',
    },
    {
      do: [{ action: { type: 'start', process: 'zookeeper3' } }],
      until: { type: 'ensembleServes', servers: 3 },
      withinMs: 15_000,
      label: { en: 'Start zookeeper3', 'zh-CN': '启动 zookeeper3' },
      button: { en: 'Start zookeeper3', 'zh-CN': '启动 zookeeper3' },
      running: { en: 'Server 3 asks who leads.', 'zh-CN': '3 号询问谁是 leader。' },
      headline: { en: 'Server 3 follows. A higher id does not unseat a leader.', 'zh-CN': '3 号跟随。id 更大也不会赶走 leader。' },
      note: {
        en: 'It hears from 1 and 2 that 2 leads with a majority, and joins without an election.',
        'zh-CN': '它从 1 号和 2 号得知 2 号已有多数支持，不再选举，直接加入。',
      },
      select: 'zookeeper3',
      view: 'election',
    },
    {
      do: [{ action: { type: 'container', container: 'zookeeper2', verb: 'kill' } }],
      until: { type: 'all', of: [{ type: 'ensembleServes', servers: 2 }, { type: 'zookeeperLeads', sid: 3 }] },
      withinMs: 20_000,
      label: { en: 'Now kill the leader', 'zh-CN': '现在杀掉 leader' },
      button: { en: 'Kill zookeeper2', 'zh-CN': '杀掉 zookeeper2' },
      running: { en: 'Their leader is gone: 1 and 3 look for a new one.', 'zh-CN': 'leader 没了，1 号和 3 号重新选举。' },
      headline: { en: 'Server 3 leads epoch 2.', 'zh-CN': '3 号成为 epoch 2 的 leader。' },
      subline: { en: 'Some hundred milliseconds, 200 of them the wait for a better vote.', 'zh-CN': '总共几百毫秒，其中 200 毫秒在等更好的选票。' },
      note: { en: 'Two of three are still a majority. A second death would stop the ensemble.', 'zh-CN': '三台里剩两台仍是多数。再死一台，集群就停了。' },
      select: 'zookeeper3',
      view: 'election',
    },
  ],
  goals: [serverThreeLeads],
  challenge: [serverThreeLeads],
};
