import { done, failed, filterCommand, flags, lines, type Context } from '../command.ts';
import { patternSource } from '../regular-expression.ts';
import { linesOf, pathOf, readFiles } from './shared.ts';

/** `s/a/b/g`, `5p`, `2,4d`, `/x/d`, `$p`. */
interface Instruction {
  readonly from: number | null;
  readonly to: number | null;
  readonly isLast: boolean;
  readonly address: string | null;
  readonly verb: 's' | 'p' | 'd';
  readonly source: string;
  readonly flags: string;
  readonly replacement: string;
}

interface Sed {
  readonly instructions: readonly Instruction[];
  readonly isQuiet: boolean;
  readonly text: string;
}

function parts(text: string, delimiter: string): string[] {
  const found = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) {
      const next = text[++i]!;
      found[found.length - 1] += next === delimiter ? next : `\\${next}`;
    } else if (text[i] === delimiter) found.push('');
    else found[found.length - 1] += text[i]!;
  }
  return found;
}

function instruction(text: string, isExtended: boolean): Instruction | undefined {
  const match = /^\s*(?:(\d+)(?:,(\d+|\$))?|(\$)|\/((?:[^/\\]|\\.)*)\/)?\s*([spd])(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, first, second, last, address, verb, rest = ''] = match;
  const base = {
    from: first === undefined ? null : Number(first),
    to: second === undefined ? (first === undefined ? null : Number(first)) : second === '$' ? Number.MAX_SAFE_INTEGER : Number(second),
    isLast: last !== undefined,
    address: null as string | null,
  };
  const kind = isExtended ? 'extended' : 'basic';
  if (address !== undefined) {
    const read = patternSource(address, kind);
    if ('problem' in read) return undefined;
    base.address = read.source;
  }
  if (verb !== 's') return rest.trim() === '' ? { ...base, verb: verb as 'p' | 'd', source: '', flags: '', replacement: '' } : undefined;
  const delimiter = rest[0];
  if (delimiter === undefined) return undefined;
  const [pattern, replacement, flagText] = parts(rest.slice(1), delimiter);
  if (pattern === undefined || replacement === undefined || flagText === undefined || !/^[gIip]*$/.test(flagText)) return undefined;
  const read = patternSource(pattern, kind);
  if ('problem' in read) return undefined;
  return { ...base, verb: 's', source: read.source, flags: `u${flagText.includes('g') ? 'g' : ''}${/i/i.test(flagText) ? 'i' : ''}`, replacement };
}

function edited(instructions: readonly Instruction[], isQuiet: boolean, text: string): string {
  const all = linesOf(text);
  const output: string[] = [];
  for (const [index, original] of all.entries()) {
    let line = original;
    let isDeleted = false;
    const number = index + 1;
    for (const one of instructions) {
      const isHere = one.address !== null ? new RegExp(one.address, 'u').test(line) : one.isLast ? number === all.length : one.from === null || (number >= one.from && number <= (one.to ?? one.from));
      if (!isHere) continue;
      if (one.verb === 'd') {
        isDeleted = true;
        break;
      }
      if (one.verb === 'p') output.push(line);
      else {
        line = line.replace(new RegExp(one.source, one.flags), (...found: unknown[]) =>
          one.replacement.replace(/\\(\d)|\\(.)|&/g, (whole, group: string | undefined, char: string | undefined) => (group !== undefined ? String(found[Number(group)] ?? '') : char !== undefined ? (char === 'n' ? '\n' : char) : whole === '&' ? String(found[0]) : whole)),
        );
      }
    }
    if (!isDeleted && !isQuiet) output.push(line);
  }
  return lines(output);
}

function inPlace(instructions: readonly Instruction[], names: readonly string[], context: Context) {
  const { inputs, problems } = readFiles('sed', names, context);
  const actions = inputs.map(({ name, text }) => context.files.write(pathOf(context, name), edited(instructions, false, text)));
  return done('', { actions, stderr: lines(problems.map((one) => one.replace(/^sed: /, "sed: can't read "))), exitCode: problems.length > 0 ? 2 : 0 });
}

export const sed = filterCommand<Sed>('sed', { en: 'edits lines: `s/a/b/`, `5p`, `/x/d`; `-i` in the file', 'zh-CN': '按行编辑：`s/a/b/`、`5p`、`/x/d`；`-i` 直接改文件' }, {
  begin(args, context) {
    const read = flags(args, ['-n', '-i', '-E', '-r'], ['-e']);
    if ('unknown' in read) return failed(`sed: invalid option -- '${read.unknown.replace(/^-+/, '')}'`);
    const scripts = read.values['-e'] ?? read.rest.slice(0, 1);
    const names = read.values['-e'] === undefined ? read.rest.slice(1) : read.rest;
    if (scripts.length === 0) return failed("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...");
    const isExtended = read.given.has('-E') || read.given.has('-r');
    const instructions: Instruction[] = [];
    for (const script of scripts) {
      const one = instruction(script, isExtended);
      if (one === undefined) return failed(`sed: \`${script}\` is not modelled here: only s///, p and d with a line or a pattern before them are`);
      instructions.push(one);
    }
    if (read.given.has('-i')) return names.length === 0 ? failed('sed: no input files') : inPlace(instructions, names, context);
    if (names.length === 0) return { type: 'filter', state: { instructions, isQuiet: read.given.has('-n'), text: '' } };
    const { inputs, problems } = readFiles('sed', names, context);
    const text = inputs.map((input) => input.text).join('');
    return done(edited(instructions, read.given.has('-n'), text), { stderr: lines(problems.map((one) => one.replace(/^sed: /, "sed: can't read "))), exitCode: problems.length > 0 ? 2 : 0 });
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: '' }),
  end: ({ instructions, isQuiet, text }) => ({ stdout: edited(instructions, isQuiet, text), stderr: '', exitCode: 0 }),
});
