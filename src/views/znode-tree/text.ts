import { defineText } from '../text/define.ts';

export const words = defineText({
  en: {
    title: (server: string) => `Znodes as ${server} has them`, last: 'last zxid', filter: 'path contains', owner: 'owner', watchers: 'watched by',
    change: { none: '', created: 'created last', set: 'set last', childrenChanged: 'children changed last' }, deleted: 'deleted last', ephemeral: 'ephemeral', persistent: 'persistent', fading: 'its session is ending',
    noData: 'no data', choose: 'Choose a znode to see its stat.', empty: 'No znodes but ZooKeeper’s own yet.', emptyHow: 'A broker that starts creates its paths. Or by hand:', emptyCommand: 'create /test hello', noMatch: 'No path matches.',
  },
  'zh-CN': {
    title: (server: string) => `${server} 看到的 znode`, last: '最新 zxid', filter: '路径包含', owner: '所有者', watchers: '监听者',
    change: { none: '', created: '最近一次：创建', set: '最近一次：写入', childrenChanged: '最近一次：子节点变化' }, deleted: '最近一次：删除', ephemeral: '临时', persistent: '持久', fading: '它的会话正在结束',
    noData: '没有数据', choose: '选一个 znode，看它的 stat。', empty: '除了 ZooKeeper 自己的，还没有 znode。', emptyHow: 'Broker 启动时会创建它的路径。也可以手工创建：', emptyCommand: 'create /test hello', noMatch: '没有匹配的路径。',
  },
});
