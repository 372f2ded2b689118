import { done, failed, lines, type Command } from '../command.ts';
import { missingOperand, pathOf } from './shared.ts';

const BITS: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1 };
const WHO: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function changed(mode: number, spec: string): number | undefined {
  if (/^[0-7]{3,4}$/.test(spec)) return parseInt(spec, 8);
  const match = /^([ugoa]*)([+\-=])([rwx]*)$/.exec(spec);
  if (!match) return undefined;
  const [, who = '', sign, letters = ''] = match;
  const bits = [...letters].reduce((sum, letter) => sum | BITS[letter]!, 0);
  let next = mode;
  for (const one of who === '' || who.includes('a') ? 'ugo' : who) {
    const shift = WHO[one]!;
    if (sign === '+') next |= bits << shift;
    else if (sign === '-') next &= ~(bits << shift);
    else next = (next & ~(7 << shift)) | (bits << shift);
  }
  return next;
}

export const chmod: Command = {
  name: 'chmod',
  summary: { en: 'changes permissions', 'zh-CN': '修改权限' },
  run(args, context) {
    const [spec, ...names] = args.filter((arg) => arg !== '-R');
    if (spec === undefined) return missingOperand('chmod');
    if (names.length === 0) return missingOperand('chmod', `missing operand after ‘${spec}’`);
    if (changed(0, spec) === undefined) return failed(`chmod: invalid mode: ‘${spec}’\nTry 'chmod --help' for more information.`);
    const problems: string[] = [];
    const actions = names.flatMap((name) => {
      const stat = context.files.stat(pathOf(context, name));
      if (stat === undefined) {
        problems.push(`chmod: cannot access ‘${name}’: No such file or directory`);
        return [];
      }
      const mode = changed(stat.mode, spec)!;
      return [context.files.edit(stat.path, (inside) => ({ type: 'attributes', path: stat.isDirectory ? `${inside}/` : inside, mode }))];
    });
    return done('', { actions, stderr: lines(problems), exitCode: problems.length > 0 ? 1 : 0 });
  },
};
