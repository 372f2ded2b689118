import type { ShareRule } from '../cluster/share.ts';
import { defineText } from '../views/text/define.ts';
import type { LinkProblem } from './share.ts';

export const shareText = defineText({
  en: {
    refusedTitle: 'This link could not be opened',
    untouched: 'The cluster on the page is as it was.',
    close: 'Close',
    opening: (percent: number) => `Opening the shared moment: ${percent} %`,
    stop: 'Stop',
    copied: 'The link to this moment is copied and stands in the address bar.',
    copyTitle: 'Link to this moment',
    copyByHand: 'The browser does not let the page copy. The link stands in the address bar and here:',
    link: 'Link',
    tooLong: (length: number, max: number) => `The link has ${length} characters; at most ${max} are read.`,
    version: (found: string, known: number) => `The link was made by version ${found} of share links. This page reads version ${known}.`,
    damaged: 'The link is damaged: it was cut off or changed on its way.',
    unpacksTooLong: (max: number) => `The link unpacks to more than ${max} bytes.`,
    field: (field: string, rule: string, value: string) => `\`${field === '' ? 'link' : field}\` ${rule}${value === '' ? '.' : `, and it is \`${value}\`.`}`,
    doesNotFit: (act: number) => `\`acts[${act}]\` cannot be done: at its moment this world is another one, or the act would do nothing there.`,
    playhead: '`at` and `item` name a moment that this history does not have.',
    stopped: (message: string) => `The simulation stopped while the acts were repeated: ${message}`,
    rules: {
      object: 'must be an object',
      list: (max: number) => `must be a list of at most ${max}`,
      text: (max: number) => `must be a text of at most ${max} characters`,
      name: 'must be a name of letters, digits, `.`, `_` and `-`',
      wholeNumber: (min: number, max: number) => `must be a whole number from ${min} to ${max}`,
      number: (min: number, max: number) => `must be a number from ${min} to ${max}`,
      flag: 'must be true or false',
      oneOf: (values: string) => `must be one of ${values}`,
      version: (known: number) => `must be ${known}`,
      unexpected: 'is not a field that is known there',
      order: 'must come after the act before it',
    },
  },
  'zh-CN': {
    refusedTitle: '无法打开这个链接',
    untouched: '页面上的集群保持原样。',
    close: '关闭',
    opening: (percent: number) => `正在打开分享的时刻：${percent} %`,
    stop: '停止',
    copied: '此刻的链接已复制，也写在地址栏里。',
    copyTitle: '此刻的链接',
    copyByHand: '浏览器不允许页面复制。链接写在地址栏里，也在这里：',
    link: '链接',
    tooLong: (length: number, max: number) => `链接有 ${length} 个字符；最多读取 ${max} 个。`,
    version: (found: string, known: number) => `链接由分享格式的版本 ${found} 生成，本页读取版本 ${known}。`,
    damaged: '链接已损坏：传送途中被截断或改动。',
    unpacksTooLong: (max: number) => `链接解压后超过 ${max} 字节。`,
    field: (field: string, rule: string, value: string) => `\`${field === '' ? '链接' : field}\` ${rule}${value === '' ? '。' : `，而它是 \`${value}\`。`}`,
    doesNotFit: (act: number) => `\`acts[${act}]\` 无法执行：到那一刻这个世界已不相同，或者这个操作在那里不起作用。`,
    playhead: '`at` 和 `item` 指的时刻不在这段历史里。',
    stopped: (message: string) => `重做操作时模拟停止了：${message}`,
    rules: {
      object: '必须是对象',
      list: (max: number) => `必须是最多 ${max} 项的列表`,
      text: (max: number) => `必须是最多 ${max} 个字符的文本`,
      name: '必须是由字母、数字、`.`、`_`、`-` 组成的名字',
      wholeNumber: (min: number, max: number) => `必须是 ${min} 到 ${max} 的整数`,
      number: (min: number, max: number) => `必须是 ${min} 到 ${max} 的数`,
      flag: '必须是 true 或 false',
      oneOf: (values: string) => `必须是 ${values} 之一`,
      version: (known: number) => `必须是 ${known}`,
      unexpected: '不是这里认识的字段',
      order: '必须晚于前一个操作',
    },
  },
});

function ruleText(rule: ShareRule): string {
  const { rules } = shareText;
  switch (rule.type) {
    case 'list':
    case 'text':
      return rules[rule.type](rule.max);
    case 'wholeNumber':
    case 'number':
      return rules[rule.type](rule.min, rule.max);
    case 'oneOf':
      return rules.oneOf(rule.values.map((value) => `\`${value}\``).join(', '));
    case 'version':
      return rules.version(rule.known);
    default:
      return rules[rule.type];
  }
}

/** The problem in the current language; what the link held stands in it as text. */
export function linkProblemText(problem: LinkProblem | { readonly type: 'stopped'; readonly message: string }): string {
  switch (problem.type) {
    case 'tooLong':
      return shareText.tooLong(problem.length, problem.max);
    case 'version':
      return shareText.version(problem.found, problem.known);
    case 'damaged':
      return shareText.damaged;
    case 'unpacksTooLong':
      return shareText.unpacksTooLong(problem.max);
    case 'field':
      return shareText.field(problem.problem.field, ruleText(problem.problem.rule), problem.problem.value.replaceAll('`', "'"));
    case 'doesNotFit':
      return shareText.doesNotFit(problem.act);
    case 'playhead':
      return shareText.playhead;
    case 'stopped':
      return shareText.stopped(problem.message);
  }
}
