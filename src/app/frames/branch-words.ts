import { defineText } from '../../views/text/define.ts';

export const branchWords = defineText({
  en: {
    controller: 'controller',
    ensembleLeader: 'ZooKeeper leader',
    none: 'none',
    down: 'down',
    inEpoch: (who: string, epoch: number) => `${who}, epoch ${epoch}`,
    partition: (leader: string, epoch: number, isr: string) => `leader ${leader} · epoch ${epoch} · ISR ${isr}`,
    onBroker: (partition: string, broker: number) => `${partition} on ${broker}`,
    offsets: (highWatermark: number, logEnd: number) => `HW ${highWatermark} · LEO ${logEnd}`,
    sent: 'records sent',
    acked: 'acknowledged',
    failed: 'failed',
    lost: 'acknowledged and lost',
  },
  'zh-CN': {
    controller: '控制器',
    ensembleLeader: 'ZooKeeper leader',
    none: '无',
    down: '已停',
    inEpoch: (who: string, epoch: number) => `${who}，epoch ${epoch}`,
    partition: (leader: string, epoch: number, isr: string) => `leader ${leader} · epoch ${epoch} · ISR ${isr}`,
    onBroker: (partition: string, broker: number) => `${partition}（broker ${broker}）`,
    offsets: (highWatermark: number, logEnd: number) => `HW ${highWatermark} · LEO ${logEnd}`,
    sent: '已发送记录',
    acked: '已确认',
    failed: '失败',
    lost: '已确认却丢失',
  },
});
