/** Sentences for the facts of groups, at their coordinator and at their members. Rich text. */
import type { Fact } from '../../kernel/program.ts';
import type { ConsumerFact } from '../../kafka/clients/facts.ts';
import type { GroupFact } from '../../kafka/facts.ts';
import { defineText } from '../../views/text/define.ts';

const words = defineText({
  en: {
    groupRebalanceStarted: (group: string, generation: string) => `group ${group} gives up generation ${generation}: everybody has to join again`,
    groupGenerationStarted: (group: string, generation: string, count: string, leader: string) => `group ${group}: generation ${generation} of ${count}, \`${leader}\` assigns`,
    groupStabilized: (group: string, generation: string) => `group ${group} has its partitions, generation ${generation} is \`Stable\``,
    groupEmptied: (group: string) => `group ${group} has no member left`,
    groupMemberRemoved: (member: string, group: string, reason: string) => `\`${member}\` is out of group ${group}: ${reason}`,
    groupMemberReplaced: (instance: string, group: string) => `static member ${instance} is back in group ${group}, no rebalance`,
    groupLoaded: (broker: string, group: string, generation: string) => `broker ${broker} has read group ${group}, generation ${generation}`,
    groupUnloaded: (broker: string, group: string) => `broker ${broker} lets group ${group} go`,
    groupRemoved: (group: string) => `group ${group} is forgotten`,
    offsetsCommitted: (group: string, offsets: string) => `group ${group} has committed ${offsets}`,
    offsetsExpired: (group: string, partitions: string) => `group ${group} loses its offsets of ${partitions}`,
    coordinatorDiscovered: (consumer: string, broker: string) => `${consumer} finds its coordinator: broker ${broker}`,
    coordinatorLost: (consumer: string, broker: string) => `${consumer} gives broker ${broker} up as its coordinator`,
    partitionsRevoked: (consumer: string, partitions: string) => `${consumer} gives up ${partitions}`,
    partitionsAssigned: (consumer: string, partitions: string, generation: string) => `${consumer} is given ${partitions} in generation ${generation}`,
    consumerLeftGroup: (consumer: string, group: string) => `${consumer} leaves group ${group}`,
    commitFailed: (consumer: string, error: string) => `${consumer} cannot commit: \`${error}\``,
    left: () => 'it left',
    sessionExpired: () => 'silent for its session timeout',
    didNotRejoin: () => 'it did not join again in time',
    groupTooLarge: () => 'the group is full',
  },
  'zh-CN': {
    groupRebalanceStarted: (group: string, generation: string) => `组 ${group} 放弃第 ${generation} 代：所有成员都要重新加入`,
    groupGenerationStarted: (group: string, generation: string, count: string, leader: string) => `组 ${group}：第 ${generation} 代，${count} 个成员，由 \`${leader}\` 分配`,
    groupStabilized: (group: string, generation: string) => `组 ${group} 分到了分区，第 ${generation} 代进入 \`Stable\``,
    groupEmptied: (group: string) => `组 ${group} 已没有成员`,
    groupMemberRemoved: (member: string, group: string, reason: string) => `\`${member}\` 离开组 ${group}：${reason}`,
    groupMemberReplaced: (instance: string, group: string) => `静态成员 ${instance} 回到组 ${group}，不触发再均衡`,
    groupLoaded: (broker: string, group: string, generation: string) => `broker ${broker} 读入了组 ${group}，第 ${generation} 代`,
    groupUnloaded: (broker: string, group: string) => `broker ${broker} 交出组 ${group}`,
    groupRemoved: (group: string) => `组 ${group} 被删除`,
    offsetsCommitted: (group: string, offsets: string) => `组 ${group} 提交了 ${offsets}`,
    offsetsExpired: (group: string, partitions: string) => `组 ${group} 在 ${partitions} 上的位移过期`,
    coordinatorDiscovered: (consumer: string, broker: string) => `${consumer} 找到协调者：broker ${broker}`,
    coordinatorLost: (consumer: string, broker: string) => `${consumer} 不再把 broker ${broker} 当作协调者`,
    partitionsRevoked: (consumer: string, partitions: string) => `${consumer} 放弃 ${partitions}`,
    partitionsAssigned: (consumer: string, partitions: string, generation: string) => `${consumer} 在第 ${generation} 代分到 ${partitions}`,
    consumerLeftGroup: (consumer: string, group: string) => `${consumer} 退出组 ${group}`,
    commitFailed: (consumer: string, error: string) => `${consumer} 提交失败：\`${error}\``,
    left: () => '主动退出',
    sessionExpired: () => '超过会话时限没有心跳',
    didNotRejoin: () => '没有及时重新加入',
    groupTooLarge: () => '组已满',
  },
});

/** Undefined: it is no fact of a group. */
export function groupFactSentence(noted: Fact): string | undefined {
  const fact = noted as GroupFact | ConsumerFact;
  const group = 'group' in fact ? fact.group : '';
  const list = (names: readonly string[]): string => names.join(', ') || '–';
  switch (fact.type) {
    case 'groupRebalanceStarted':
      return words.groupRebalanceStarted(group, String(fact.generationId));
    case 'groupGenerationStarted':
      return words.groupGenerationStarted(group, String(fact.generationId), String(fact.members.length), fact.leader);
    case 'groupStabilized':
      return words.groupStabilized(group, String(fact.generationId));
    case 'groupEmptied':
      return words.groupEmptied(group);
    case 'groupMemberRemoved':
      return words.groupMemberRemoved(fact.member, group, words[fact.reason]());
    case 'groupMemberReplaced':
      return words.groupMemberReplaced(fact.instance, group);
    case 'groupLoaded':
      return words.groupLoaded(String(fact.broker), group, String(fact.generationId));
    case 'groupUnloaded':
      return words.groupUnloaded(String(fact.broker), group);
    case 'groupRemoved':
      return words.groupRemoved(group);
    case 'offsetsCommitted':
      return words.offsetsCommitted(group, fact.offsets.map(({ topic, partition, offset }) => `${topic}-${partition} ${offset}`).join(', '));
    case 'offsetsExpired':
      return words.offsetsExpired(group, fact.offsets.join(', '));
    case 'coordinatorDiscovered':
      return words.coordinatorDiscovered(fact.consumer, String(fact.node));
    case 'coordinatorLost':
      return words.coordinatorLost(fact.consumer, String(fact.node));
    case 'partitionsRevoked':
      return words.partitionsRevoked(fact.consumer, list(fact.partitions));
    case 'partitionsAssigned':
      return words.partitionsAssigned(fact.consumer, list(fact.partitions), String(fact.generationId));
    case 'consumerLeftGroup':
      return words.consumerLeftGroup(fact.consumer, group);
    case 'commitFailed':
      return words.commitFailed(fact.consumer, fact.error);
    default:
      return undefined;
  }
}
