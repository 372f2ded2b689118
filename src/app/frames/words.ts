/** Words the page itself chooses: how things ended, what was done, in the current language. */
import type { ClusterAction, PortVerdict, Refusal } from '../../cluster/actions.ts';
import type { Ending } from '../../cluster/observer.ts';
import { defineText } from '../../views/text/define.ts';

export const text = defineText({
  en: {
    sessionOf: (broker: string) => `session ${broker}`,
    unserved: 'no leader answers',
    acks: (producer: string) => `${producer} acks`,
    reads: (consumer: string) => `${consumer} reads`,
    leads: (broker: number) => `${broker} leads`,
    sessionExpired: 'session expired',
    controllerElected: (epoch: number) => `controller, epoch ${epoch}`,
    truncated: (to: number) => `cut to ${to}`,
    network: { disconnect: 'off the network', connect: 'on the network' },
    cut: 'cut',
    slow: 'slow',
    lose: 'loss',
    firewall: (port: number, verdict: PortVerdict) => `${port} ${verdict === 'ACCEPT' ? 'open' : 'shut'}`,
    heal: 'healed',
    start: 'start',
    power: 'power loss',
    disk: 'disk',
    wiped: 'wiped',
    configured: 'config',
    of: (owner: string, dead: boolean) => `of ${owner}${dead ? ' (dead)' : ''} · expired only by the ensemble's leader`,
    leaderOf: (n: number) => (n === 1 ? 'leads 1 partition' : `leads ${n} partitions`),
    isController: (epoch: number) => `controller, epoch ${epoch}`,
    stateOf: (state: string) => state,
    partitionLine: (leader: string, epoch: number, isr: string) => `leader ${leader} · epoch ${epoch} · ISR ${isr}`,
    none: 'none',
    alreadyRunning: 'already running',
    notRunning: 'not running',
    alreadyPaused: 'already paused',
    notPaused: 'not paused',
    hostIsDown: 'no power',
    hostIsUp: 'has power',
    nothingToHeal: 'nothing is cut',
    portIsOpen: 'it is open',
    brokerIsDown: 'one of them is down',
    diskIsWell: 'its disk is well',
    isSoAlready: 'it is already',
    notFailing: "a failed directory of ZooKeeper's disk is not simulated",
    dockerIsDown: "Docker's daemon does not run",
    nameTaken: 'the name is taken',
    unknown: 'not there',
    free: 'Free play. Everything on the stage can be killed, paused, cut and started; the menu of each thing shows how.',
    after: (takeaway: string, tryThis: string) => `${takeaway} **Now try:** ${tryThis}`,
    killLeader: 'Kill whoever leads',
    killLeaderLine: 'and see who follows it',
    cutController: 'Cut the controller off from ZooKeeper',
    cutControllerLine: 'and count the controllers',
    pauseLeader: 'Freeze a leader for ten seconds',
    pauseLeaderLine: 'a long GC pause, a zombie, a truncation',
    killZk: "Kill ZooKeeper's leader",
    killZkLine: 'and watch the sessions move',
    ledgerGoal: (acked: number, lost: number) => `${acked} acknowledged, ${lost} lost`,
    brokenAt: (at: string) => `broken at ${at} s`,
    reachedAt: (at: string) => `reached at ${at} s`,
    bet: (key: string) => `Your bet: ${key}. The run decides.`,
    resume: 'Go on',
    again: 'Back to where the story stood',
    late: 'It went another way than the story expected. The cluster is yours.',
  },
  'zh-CN': {
    sessionOf: (broker: string) => `会话 ${broker}`,
    unserved: '没有 leader 应答',
    acks: (producer: string) => `${producer} 确认`,
    reads: (consumer: string) => `${consumer} 读取`,
    leads: (broker: number) => `${broker} 当选`,
    sessionExpired: '会话过期',
    controllerElected: (epoch: number) => `控制器，epoch ${epoch}`,
    truncated: (to: number) => `截断到 ${to}`,
    network: { disconnect: '离开网络', connect: '接入网络' },
    cut: '切断',
    slow: '变慢',
    lose: '丢包',
    firewall: (port: number, verdict: PortVerdict) => `${port} ${verdict === 'ACCEPT' ? '开放' : '封闭'}`,
    heal: '恢复',
    start: '启动',
    power: '断电',
    disk: '磁盘',
    wiped: '清空',
    configured: '配置',
    of: (owner: string, dead: boolean) => `属于 ${owner}${dead ? '（已死）' : ''} · 只有集群 leader 能判它过期`,
    leaderOf: (n: number) => `领导 ${n} 个分区`,
    isController: (epoch: number) => `控制器，epoch ${epoch}`,
    stateOf: (state: string) => state,
    partitionLine: (leader: string, epoch: number, isr: string) => `leader ${leader} · epoch ${epoch} · ISR ${isr}`,
    none: '无',
    alreadyRunning: '已在运行',
    notRunning: '没有运行',
    alreadyPaused: '已经暂停',
    notPaused: '没有暂停',
    hostIsDown: '没有电',
    hostIsUp: '有电',
    nothingToHeal: '没有被切断',
    portIsOpen: '它是开放的',
    brokerIsDown: '其中有 broker 停了',
    diskIsWell: '磁盘正常',
    isSoAlready: '已经如此',
    notFailing: '不模拟 ZooKeeper 的目录损坏',
    dockerIsDown: 'Docker 守护进程没有运行',
    nameTaken: '名字已被占用',
    unknown: '不存在',
    free: '自由操作。舞台上的一切都可以杀掉、暂停、切断、启动；每样东西的菜单里都有办法。',
    after: (takeaway: string, tryThis: string) => `${takeaway} **试试看：** ${tryThis}`,
    killLeader: '杀掉当前的 leader',
    killLeaderLine: '看看谁接替',
    cutController: '把控制器和 ZooKeeper 切开',
    cutControllerLine: '数一数有几个控制器',
    pauseLeader: '把一个 leader 冻住十秒',
    pauseLeaderLine: '长 GC 停顿、僵尸、截断',
    killZk: '杀掉 ZooKeeper 的 leader',
    killZkLine: '看会话怎样搬家',
    ledgerGoal: (acked: number, lost: number) => `已确认 ${acked}，丢失 ${lost}`,
    brokenAt: (at: string) => `于 ${at} s 打破`,
    reachedAt: (at: string) => `于 ${at} s 达成`,
    bet: (key: string) => `你押的是 ${key}。让运行结果说话。`,
    resume: '继续',
    again: '回到故事停下的地方',
    late: '事情没有按故事的预期发展。集群交给你了。',
  },
});

/** The command that ended a process. */
export function endingWord(ending: Ending, name: string): string {
  const isContainer = name.startsWith('zookeeper');
  switch (ending.how) {
    case 'SIGKILL':
      return isContainer ? 'docker kill' : 'kill -9';
    case 'SIGTERM':
      return isContainer ? 'docker stop' : 'kill';
    case 'powerLoss':
      return text.power;
    case 'exit':
      return `exit ${ending.exitCode ?? 0}`;
  }
}

/** A word at the mark of an act; undefined: acts that are no news on a lane. */
export function actWord(action: ClusterAction): string | undefined {
  switch (action.type) {
    case 'signal':
      return { SIGKILL: 'kill -9', SIGTERM: 'kill', SIGSTOP: 'kill -STOP', SIGCONT: 'kill -CONT' }[action.signal];
    case 'container':
      return action.verb === 'rm' ? 'docker rm -f' : `docker ${action.verb}`;
    case 'network':
      return text.network[action.verb];
    case 'start':
      return text.start;
    case 'powerLoss':
      return text.power;
    case 'cut':
      return text.cut;
    case 'slow':
      return text.slow;
    case 'lose':
      return text.lose;
    case 'firewall':
      return text.firewall(action.port, action.verdict);
    case 'disk':
      return text.disk;
    case 'wipe':
      return text.wiped;
    case 'configure':
      return text.configured;
    default:
      return undefined;
  }
}

export function refusalWord(refusal: Refusal): string {
  return refusal.type === 'unknown' ? text.unknown : text[refusal.type];
}
