import { defineText } from '../text/define.ts';

export const words = defineText({
  en: {
    title: 'Topics and partitions', topic: 'topic', partition: 'partition', leader: 'leader', epoch: 'epoch', none: 'none', configs: 'configs',
    trouble: { offline: 'no leader', underMinIsr: 'under min ISR', underReplicated: 'under-replicated', notPreferred: 'not its preferred leader' },
    empty: 'No topics yet.', emptyHow: 'Create one:', emptyCommand: 'kafka-topics.sh --create --bootstrap-server localhost:9092 --topic test --partitions 1 --replication-factor 2',
  },
  'zh-CN': {
    title: '主题与分区', topic: '主题', partition: '分区', leader: 'leader', epoch: 'epoch', none: '无', configs: '配置',
    trouble: { offline: '没有 leader', underMinIsr: '低于 min ISR', underReplicated: '副本不足', notPreferred: '不是首选 leader' },
    empty: '还没有主题。', emptyHow: '创建一个：', emptyCommand: 'kafka-topics.sh --create --bootstrap-server localhost:9092 --topic test --partitions 1 --replication-factor 2',
  },
});
