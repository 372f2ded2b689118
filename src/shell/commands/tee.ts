import { filterCommand, flags, invalidOption } from '../command.ts';
import { contentOf } from '../files/text.ts';
import type { FileEdits } from '../files/tree.ts';
import { pathOf } from './shared.ts';

interface Tee {
  readonly text: string;
  /** Files as they were, with the path under which each is written again. */
  readonly edits: readonly { readonly volume: string; readonly path: string; readonly before: string }[];
}

export const tee = filterCommand<Tee>('tee', { en: 'passes its input on and into a file', 'zh-CN': '把输入同时写入文件' }, {
  begin(args, context) {
    const read = flags(args, ['-a']);
    if ('unknown' in read) return invalidOption('tee', read.unknown);
    const edits = read.rest.map((name) => {
      const path = pathOf(context, name);
      const { volume, edits: made } = context.files.write(path, '');
      return { volume, path: (made[0] as { readonly path: string }).path, before: read.given.has('-a') ? (context.files.text(path) ?? '') : '' };
    });
    return { type: 'filter', state: { text: '', edits } };
  },
  push: (state, chunk) => ({ state: { ...state, text: state.text + chunk }, stdout: chunk }),
  end: ({ text, edits }) => ({
    stdout: '',
    stderr: '',
    exitCode: 0,
    actions: edits.map(({ volume, path, before }): FileEdits => ({ type: 'files', volume, edits: [{ type: 'write', path, content: contentOf(before + text) }] })),
  }),
});
