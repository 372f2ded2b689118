/** The tutorial from its first command: the empty host, a terminal on it, and everything else typed. */
import { threeServers } from './fixtures.ts';
import { headings } from './headings.ts';
import type { Scenario } from './scenario.ts';

export const tutorial: Scenario = {
  ...headings.tutorial,
  question: { en: '', 'zh-CN': '' },
  options: [],
  verdict: { right: { en: '', 'zh-CN': '' }, wrong: { en: '', 'zh-CN': '' } },
  decidedAfter: 0,
  headline: { en: 'A Linux host. Docker is installed and stopped, Kafka lies in an archive.', 'zh-CN': '一台 Linux 主机：Docker 装好了还没启动，Kafka 还在压缩包里。' },
  subline: { en: 'Everything that stands here in the end was typed.', 'zh-CN': '最后出现在这里的一切，都是敲出来的。' },
  takeaway: { en: '', 'zh-CN': '' },
  tryThis: { en: '', 'zh-CN': '' },
  cluster: { seed: 1, zookeeper: threeServers, brokers: [], clients: [] },
  boot: [],
  openAtMs: 0,
  leadInMs: 0,
  steps: [],
  goals: [],
  challenge: [],
  view: 'terminal',
};
