/** A sentence for each kind of fact that is worth telling, in the current language. Rich text. */
import type { Fact } from '../../kernel/program.ts';
import { defineText } from '../../views/text/define.ts';
import { groupFactSentence } from './group-fact-text.ts';
import { transactionFactSentence } from './transaction-fact-text.ts';

const words = defineText({
  en: {
    peerStateChanged: (process: string, state: string) => `${process} is ${state}`,
    electionDecided: (process: string, leader: string) => `${process} decides: server ${leader} leads`,
    leaderEstablished: (process: string, epoch: string) => `${process} leads epoch ${epoch}`,
    learnerSynchronized: (process: string) => `${process} has brought a follower up to date`,
    leaderLost: (process: string) => `${process} has lost its leader`,
    quorumLost: (process: string) => `${process} has lost its quorum`,
    sessionExpired: (process: string, session: string) => `${process}: session \`${session}\` expired`,
    sessionClosed: (session: string) => `session \`${session}\` is closed`,
    znodeCreated: (path: string) => `\`${path}\` is created`,
    znodeDeleted: (path: string) => `\`${path}\` is gone`,
    znodeDataChanged: (path: string) => `\`${path}\` is set`,
    watchFired: (path: string) => `the watch on \`${path}\` fires`,
    controllerElected: (broker: string, epoch: string) => `broker ${broker} is controller, epoch ${epoch}`,
    controllerResigned: (broker: string) => `broker ${broker} is controller no more`,
    brokerChangeProcessed: (broker: string, dead: string, born: string) => `controller ${broker} has noticed: gone ${dead}, new ${born}`,
    leaderElected: (partition: string, leader: string, epoch: string, isr: string) => `${partition}: leader ${leader}, epoch ${epoch}, ISR ${isr}`,
    partitionWentOffline: (partition: string) => `${partition} has no leader`,
    becameLeader: (broker: string, partition: string, epoch: string) => `broker ${broker} leads ${partition} in epoch ${epoch}`,
    becameFollower: (broker: string, partition: string, leader: string) => `broker ${broker} follows ${leader} for ${partition}`,
    isrShrank: (partition: string, to: string) => `${partition}: the ISR shrank to ${to}`,
    isrExpanded: (partition: string, to: string) => `${partition}: the ISR grew to ${to}`,
    logTruncated: (broker: string, partition: string, to: string) => `broker ${broker} cuts ${partition} back to ${to}`,
    followerNotFenced: (broker: string, partition: string, own: string, appended: string) => `broker ${broker} is served ${partition} of epoch ${appended} in its own old epoch ${own} (KAFKA-9338)`,
    brokerStateChanged: (broker: string, state: string) => `broker ${broker} is \`${state}\``,
    brokerExited: (broker: string) => `broker ${broker} has ended`,
    logDirFailed: (broker: string, dir: string) => `broker ${broker}: ${dir} is offline`,
    topicCreated: (topic: string) => `topic ${topic} exists`,
    recordSent: (producer: string, value: string) => `${producer} sends \`${value}\``,
    recordAcked: (producer: string, id: string, offset: string) => `${producer}: \`${id}\` is acknowledged at offset ${offset}`,
    recordFailed: (producer: string, id: string, error: string) => `${producer} gives \`${id}\` up: ${error}`,
    recordAppended: (broker: string, partition: string, offset: string) => `broker ${broker} appends offset ${offset} to ${partition}`,
    highWatermarkAdvanced: (broker: string, partition: string, hw: string) => `broker ${broker}: HW of ${partition} is ${hw}`,
    recordsConsumed: (consumer: string, partition: string, to: string) => `${consumer} has read ${partition} up to ${to}`,
  },
  'zh-CN': {
    peerStateChanged: (process: string, state: string) => `${process} 进入 ${state}`,
    electionDecided: (process: string, leader: string) => `${process} 认定：${leader} 号当选`,
    leaderEstablished: (process: string, epoch: string) => `${process} 成为 epoch ${epoch} 的 leader`,
    learnerSynchronized: (process: string) => `${process} 让一个 follower 同步完成`,
    leaderLost: (process: string) => `${process} 失去了 leader`,
    quorumLost: (process: string) => `${process} 失去了多数`,
    sessionExpired: (process: string, session: string) => `${process}：会话 \`${session}\` 过期`,
    sessionClosed: (session: string) => `会话 \`${session}\` 关闭`,
    znodeCreated: (path: string) => `创建了 \`${path}\``,
    znodeDeleted: (path: string) => `\`${path}\` 消失`,
    znodeDataChanged: (path: string) => `写入了 \`${path}\``,
    watchFired: (path: string) => `\`${path}\` 上的监听触发`,
    controllerElected: (broker: string, epoch: string) => `broker ${broker} 成为控制器，epoch ${epoch}`,
    controllerResigned: (broker: string) => `broker ${broker} 不再是控制器`,
    brokerChangeProcessed: (broker: string, dead: string, born: string) => `控制器 ${broker} 察觉：离开 ${dead}，新增 ${born}`,
    leaderElected: (partition: string, leader: string, epoch: string, isr: string) => `${partition}：leader ${leader}，epoch ${epoch}，ISR ${isr}`,
    partitionWentOffline: (partition: string) => `${partition} 没有 leader`,
    becameLeader: (broker: string, partition: string, epoch: string) => `broker ${broker} 在 epoch ${epoch} 领导 ${partition}`,
    becameFollower: (broker: string, partition: string, leader: string) => `broker ${broker} 在 ${partition} 跟随 ${leader}`,
    isrShrank: (partition: string, to: string) => `${partition}：ISR 收缩为 ${to}`,
    isrExpanded: (partition: string, to: string) => `${partition}：ISR 扩展为 ${to}`,
    logTruncated: (broker: string, partition: string, to: string) => `broker ${broker} 把 ${partition} 截断到 ${to}`,
    followerNotFenced: (broker: string, partition: string, own: string, appended: string) => `broker ${broker} 仍在旧 epoch ${own}，却读到 ${partition} 里 epoch ${appended} 的记录（KAFKA-9338）`,
    brokerStateChanged: (broker: string, state: string) => `broker ${broker} 进入 \`${state}\``,
    brokerExited: (broker: string) => `broker ${broker} 结束了`,
    logDirFailed: (broker: string, dir: string) => `broker ${broker}：${dir} 离线`,
    topicCreated: (topic: string) => `主题 ${topic} 已存在`,
    recordSent: (producer: string, value: string) => `${producer} 发送 \`${value}\``,
    recordAcked: (producer: string, id: string, offset: string) => `${producer}：\`${id}\` 在位移 ${offset} 得到确认`,
    recordFailed: (producer: string, id: string, error: string) => `${producer} 放弃 \`${id}\`：${error}`,
    recordAppended: (broker: string, partition: string, offset: string) => `broker ${broker} 把位移 ${offset} 追加到 ${partition}`,
    highWatermarkAdvanced: (broker: string, partition: string, hw: string) => `broker ${broker}：${partition} 的高水位到 ${hw}`,
    recordsConsumed: (consumer: string, partition: string, to: string) => `${consumer} 已读到 ${partition} 的 ${to}`,
  },
});

type Loose = Fact & Readonly<Record<string, unknown>>;

/** Undefined: nothing somebody would talk about. `process` is who noted it. */
export function factSentence(fact: Fact, process: string): string | undefined {
  const known = fact as Loose;
  const say = (key: string): string => String(known[key] ?? '');
  const list = (key: string): string => (known[key] as readonly unknown[] | undefined)?.join(', ') || '–';
  const partition = `${say('topic')}-${say('partition')}`;
  switch (fact.type) {
    case 'peerStateChanged':
      return words.peerStateChanged(process, say('state'));
    case 'electionDecided':
      return words.electionDecided(process, String((known['vote'] as { leader?: number } | undefined)?.leader ?? ''));
    case 'leaderEstablished':
      return words.leaderEstablished(process, say('epoch'));
    case 'learnerSynchronized':
      return words.learnerSynchronized(process);
    case 'leaderLost':
      return words.leaderLost(process);
    case 'quorumLost':
      return words.quorumLost(process);
    case 'sessionExpired':
      return words.sessionExpired(process, say('sessionId'));
    case 'sessionClosed':
      return words.sessionClosed(say('sessionId'));
    case 'znodeCreated':
      return words.znodeCreated(say('path'));
    case 'znodeDeleted':
      return words.znodeDeleted(say('path'));
    case 'znodeDataChanged':
      return words.znodeDataChanged(say('path'));
    case 'watchFired':
      return words.watchFired((known['event'] as { path?: string } | undefined)?.path ?? '');
    case 'controllerElected':
      return words.controllerElected(say('brokerId'), say('controllerEpoch'));
    case 'controllerResigned':
      return words.controllerResigned(say('brokerId'));
    case 'brokerChangeProcessed':
      return words.brokerChangeProcessed(say('brokerId'), list('dead'), list('new'));
    case 'leaderElected':
      return words.leaderElected(partition, say('leader'), say('leaderEpoch'), list('isr'));
    case 'partitionWentOffline':
      return words.partitionWentOffline(partition);
    case 'becameLeader':
      return words.becameLeader(say('broker'), partition, say('leaderEpoch'));
    case 'becameFollower':
      return words.becameFollower(say('broker'), partition, say('leader'));
    case 'isrShrank':
      return words.isrShrank(partition, list('to'));
    case 'isrExpanded':
      return words.isrExpanded(partition, list('to'));
    case 'followerNotFenced':
      return words.followerNotFenced(say('broker'), partition, say('leaderEpoch'), say('appendedEpoch'));
    case 'logTruncated':
      return known['topic'] === undefined ? undefined : words.logTruncated(say('broker'), partition, say('to'));
    case 'brokerStateChanged':
      return words.brokerStateChanged(say('broker'), say('state'));
    case 'brokerExited':
      return words.brokerExited(say('broker'));
    case 'logDirFailed':
      return words.logDirFailed(say('broker'), say('dir'));
    case 'topicCreated':
      return words.topicCreated(say('topic'));
    case 'recordSent':
      return words.recordSent(process, say('value'));
    case 'recordAcked':
      return words.recordAcked(process, say('id'), say('offset'));
    case 'recordFailed':
      return words.recordFailed(process, say('id'), say('error'));
    case 'recordAppended':
      return words.recordAppended(say('broker'), partition, say('lastOffset'));
    case 'highWatermarkAdvanced':
      return words.highWatermarkAdvanced(say('broker'), partition, say('highWatermark'));
    case 'recordsConsumed':
      return words.recordsConsumed(process, partition, say('toOffset'));
    default:
      return groupFactSentence(fact) ?? transactionFactSentence(fact);
  }
}
