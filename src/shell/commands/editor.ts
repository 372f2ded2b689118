import { failed, freeName, type Command, type Context, type Result } from '../command.ts';
import type { EditorConfig } from '../programs/editor.ts';
import { parentOf } from '../files/tree.ts';
import { pathOf } from './shared.ts';

function edit(name: string, editor: EditorConfig['editor'], args: readonly string[], context: Context): Result {
  if (!context.isTerminal) return failed(`${name}: output is not to a terminal`);
  const [file, ...others] = args.filter((arg) => !arg.startsWith('-') && !arg.startsWith('+'));
  if (others.length > 0) return failed(`${name}: several files at once are not modelled here · ${name}：此处未模拟同时编辑多个文件`);
  const path = file === undefined ? null : pathOf(context, file);
  if (path !== null && context.files.isDirectory(path)) return failed(`${name}: "${file}" is a directory`);
  if (path !== null && !context.files.isDirectory(parentOf(path))) return failed(`${name}: "${file}": no such directory`);
  return {
    type: 'child',
    process: { name: freeName(context.world, name), program: 'editor', host: context.host, parent: context.shell, commandLine: [name, ...args].join(' '), config: { editor, path } satisfies EditorConfig },
  };
}

const editor = (name: string, kind: EditorConfig['editor']): Command => ({
  name,
  summary: { en: 'edits a file in a panel over the terminal', 'zh-CN': '在终端上方的面板里编辑文件' },
  run: (args, context) => edit(name, kind, args, context),
});

export const editors: readonly Command[] = [editor('vi', 'vi'), editor('vim', 'vi'), editor('nano', 'nano')];
