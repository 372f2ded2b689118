import { defineText } from '../views/text/define.ts';

export const text = defineText({
  en: {
    inspector: { state: 'State', data: 'Data', disk: 'Disk', config: 'Config', log: 'Log', why: 'Why' },
    drawer: {
      terminal: 'Terminal', topics: 'Topics', partition: 'Partition', segments: 'Segments', election: 'Election', tree: 'ZooKeeper tree',
      groups: 'Groups', ledger: 'Ledger', promises: 'Promises', branches: 'Branches',
    },
    views: 'More views',
    enlarge: 'Let it fill the stage',
    shrink: 'Make it small again',
    back: 'Step back',
    forward: 'Step forward',
    play: 'Play',
    pause: 'Pause',
    runNext: (lines: string) => `Run: ${lines}`,
  },
  'zh-CN': {
    inspector: { state: '状态', data: '数据', disk: '磁盘', config: '配置', log: '日志', why: '为什么' },
    drawer: {
      terminal: '终端', topics: '主题与分区', partition: '分区', segments: '段文件', election: '选举', tree: 'ZooKeeper 树',
      groups: '消费者组', ledger: '账本', promises: '承诺', branches: '分支',
    },
    views: '更多视图',
    enlarge: '铺满舞台',
    shrink: '还原',
    back: '后退一步',
    forward: '前进一步',
    play: '播放',
    pause: '暂停',
    runNext: (lines) => `运行：${lines}`,
  },
});
