/** Looking at the ensemble. */
import type { Chapter } from './document.ts';

export const verify: Chapter = {
  id: 'verify',
  title: { en: 'Look at the ensemble', 'zh-CN': '检查这个集群' },
  headline: { en: 'One server leads, two follow, all hold the same tree.', 'zh-CN': '一台领导，两台跟随，三台持有同一棵树。' },
  subline: { en: 'A client may ask any of them.', 'zh-CN': '客户端问哪一台都行。' },
  blocks: [
    { type: 'command', text: { en: 'What runs, since when, and which ports lead in.', 'zh-CN': '在运行的有哪些、多久了、哪些端口通进去。' }, command: { id: 'docker-ps', lines: 'docker ps', shows: { type: 'ran', line: '^(sudo )?docker ps', printed: 'zookeeper3' } } },
    {
      type: 'mistake',
      number: 'T03',
      says: { en: 'The sample output has zookeeper:3.4.10 and no published ports.', 'zh-CN': '示例输出是 zookeeper:3.4.10，也没有映射端口。' },
      is: {
        en: 'That is another deployment’s. With these commands it says `zookeeper:3.7.0` and `0.0.0.0:2182->2181/tcp`, as it does in the terminal.',
        'zh-CN': '那是别的部署。照这些命令做，显示的是 `zookeeper:3.7.0` 和 `0.0.0.0:2182->2181/tcp`，终端里就是。',
      },
    },
  ],
};
