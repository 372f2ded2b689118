import type { Problem } from '../../cluster/description.ts';
import { defineText } from '../text/define.ts';

export const text = defineText({
  en: {
    label: (broker: string) => `server.properties of ${broker}`,
    restart: 'Check and restart with this',
    start: 'Check and start with this',
    original: 'As it was',
    refused: 'The broker was not touched. What has to change first:',
    rules: {
      count: (min: number, max: number) => `must be from ${min} to ${max}`,
      duplicate: (other: string) => `is taken by ${other}`,
      config: (message: string) => message,
      name: 'must be letters, digits, `.`, `_` and `-`',
      fixed: (was: string) => `stays ${was} here: the node's name and its published port are made of it`,
    },
    found: (value: string) => `found: ${value}`,
  },
  'zh-CN': {
    label: (broker: string) => `${broker} 的 server.properties`,
    restart: '检查并用它重启',
    start: '检查并用它启动',
    original: '恢复原样',
    refused: 'broker 没有被改动。需要先更正：',
    rules: {
      count: (min: number, max: number) => `必须在 ${min} 到 ${max} 之间`,
      duplicate: (other: string) => `已被 ${other} 使用`,
      config: (message: string) => message,
      name: '只能有字母、数字、`.`、`_`、`-`',
      fixed: (was: string) => `在这里固定为 ${was}：节点的名字和发布的端口由它而来`,
    },
    found: (value: string) => `当前值：${value}`,
  },
});

export function ruleWords(rule: Problem['rule']): string {
  const { rules } = text;
  switch (rule.type) {
    case 'count':
      return rules.count(rule.min, rule.max);
    case 'duplicate':
      return rules.duplicate(rule.other);
    case 'config':
      return rules.config(rule.message);
    case 'name':
      return rules.name;
    case 'fixed':
      return rules.fixed(rule.was);
  }
}
