import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, lines, type Command, type Context, type DoneResult } from '../command.ts';
import { parentOf } from '../files/tree.ts';
import { contentOf } from '../files/text.ts';
import { isArchive, membersOf, type Archive } from '../files/archive.ts';
import { pathOf } from './shared.ts';

interface Options {
  readonly verb: 'x' | 't' | 'c';
  readonly isVerbose: boolean;
  readonly file: string | undefined;
  readonly directory: string;
  readonly names: readonly string[];
}

function options(args: readonly string[]): Options | string {
  const [first = '', ...rest] = args;
  const letters = first.replace(/^-/, '');
  if (!/^[xtczvfjpk]+$/.test(letters)) return "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.";
  const verbs = [...letters].filter((letter) => 'xtc'.includes(letter));
  if (verbs.length !== 1) return "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.";
  const words = [...rest];
  const file = letters.includes('f') ? words.shift() : undefined;
  const at = words.indexOf('-C');
  const directory = at < 0 ? '.' : (words[at + 1] ?? '.');
  return { verb: verbs[0] as Options['verb'], isVerbose: letters.includes('v'), file, directory, names: at < 0 ? words : words.filter((_, i) => i !== at && i !== at + 1) };
}

function extract(archive: Archive, { isVerbose, directory }: Options, context: Context): DoneResult {
  const base = pathOf(context, directory);
  if (!context.files.isDirectory(base)) return failed(`tar: ${directory}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`, 2);
  const { members } = archive;
  const size = members.reduce((sum, { text }) => sum + (text === null ? 0 : text.length), 0);
  if (context.files.refusal(`${base}/x`, size) === 'full') return failed('tar: Cannot write: No space left on device\ntar: Exiting with failure status due to previous errors', 2);
  const actions = members.map(({ path, text, bytes, mode, modifiedMs }): KernelAction => {
    const target = `${base === '/' ? '' : base}/${path.replace(/\/$/, '')}`;
    const modifiedAt = (modifiedMs - (context.wallClockMs - Math.floor(context.now / 1_000))) * 1_000;
    const { volume, edits } = text === null ? context.files.makeDirectory(target) : context.files.edit(target, (inside) => ({ type: 'write', path: inside, content: bytes === undefined ? contentOf(text) : { entries: contentOf(text).entries, bytes } }));
    const inside = (edits[0] as { readonly path: string }).path;
    return { type: 'files', volume, edits: [...edits, { type: 'attributes', path: text === null ? `${inside}/` : inside, mode, modifiedAt }] };
  });
  return done(isVerbose ? lines(members.map(({ path }) => path)) : '', { actions });
}

function create({ isVerbose, file, names }: Options, context: Context): DoneResult {
  if (file === undefined || names.length === 0) return failed('tar: Cowardly refusing to create an empty archive\nTry \'tar --help\' or \'tar --usage\' for more information.', 2);
  const missing = names.filter((name) => !context.files.exists(pathOf(context, name)));
  const base = Math.floor(context.wallClockMs - context.now / 1_000);
  const members = names.filter((name) => !missing.includes(name)).flatMap((name) => {
    const top = pathOf(context, name);
    return context.files.walk(top).map(({ path, isDirectory, mode, modifiedAt }) => ({
      path: name.replace(/^\/+/, '').replace(/\/$/, '') + path.slice(top.length) + (isDirectory ? '/' : ''),
      text: isDirectory ? null : context.files.text(path)!,
      mode,
      modifiedMs: base + Math.floor(modifiedAt / 1_000),
    }));
  });
  const target = pathOf(context, file);
  if (!context.files.isDirectory(parentOf(target))) return failed(`tar: ${file}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`, 2);
  const archive: Archive = { type: 'archive', members };
  const bytes = 10_240 + members.reduce((sum, { text }) => sum + 512 + (text?.length ?? 0), 0);
  return done(isVerbose ? lines(members.map(({ path }) => path)) : '', {
    actions: [context.files.edit(target, (path) => ({ type: 'write', path, content: { entries: { full: [], tail: [archive], length: 1 }, bytes } }))],
    stderr: lines(missing.map((name) => `tar: ${name}: Cannot stat: No such file or directory`)),
    exitCode: missing.length > 0 ? 2 : 0,
  });
}

export const tar: Command = {
  name: 'tar',
  summary: { en: 'unpacks and packs archives: tar -zxvf FILE', 'zh-CN': '解压与打包：tar -zxvf 文件' },
  run(args, context) {
    const read = options(args);
    if (typeof read === 'string') return failed(read, 2);
    if (read.verb === 'c') return create(read, context);
    if (read.file === undefined) return failed('tar: Refusing to read archive contents from terminal (missing -f option?)\ntar: Error is not recoverable: exiting now', 2);
    const path = pathOf(context, read.file);
    const content = context.files.content(path);
    if (content === undefined) {
      const why = context.files.isDirectory(path) ? 'Cannot read: Is a directory' : 'Cannot open: No such file or directory';
      return failed(`tar (child): ${read.file}: ${why}\ntar (child): Error is not recoverable: exiting now\ntar: Child returned status 2\ntar: Error is not recoverable: exiting now`, 2);
    }
    const [entry] = content.entries.tail;
    if (!isArchive(entry)) return failed('\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now', 2);
    const archive: Archive = { type: 'archive', members: membersOf(entry) };
    return read.verb === 't' ? done(lines(archive.members.map((member) => member.path))) : extract(archive, read, context);
  },
};
