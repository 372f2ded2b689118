/** What the shell itself carries out (`own-commands.ts`), for those who list commands or look for one. */
import { failed, type Command, type Text } from '../command.ts';
import { OWN_NAMES, type OwnName } from '../bash/own-names.ts';

const SUMMARIES: Readonly<Record<OwnName, Text>> = {
  '.': { en: 'runs the lines of a file in this shell', 'zh-CN': '在当前 shell 中执行文件里的命令' },
  eval: { en: 'runs its arguments as a line', 'zh-CN': '把参数作为一行命令执行' },
  let: { en: 'calculates: let n=n+1', 'zh-CN': '计算：let n=n+1' },
  local: { en: "a variable of a function's own", 'zh-CN': '函数的局部变量' },
  read: { en: 'reads a line into variables: -r, -p, -s', 'zh-CN': '读取一行到变量：-r、-p、-s' },
  return: { en: 'leaves a function', 'zh-CN': '从函数返回' },
  set: { en: 'options (-e, -x, -o pipefail) and $1, $2 …', 'zh-CN': '设置选项（-e、-x、-o pipefail）和 $1、$2……' },
  shift: { en: 'forgets $1: $2 becomes $1', 'zh-CN': '丢弃 $1，$2 变成 $1' },
  source: { en: 'runs the lines of a file in this shell', 'zh-CN': '在当前 shell 中执行文件里的命令' },
};

export const ownCommands: readonly Command[] = OWN_NAMES.map((name) => ({ name, summary: SUMMARIES[name], run: () => failed(`bash: ${name}: only the shell itself can do this here`) }));
