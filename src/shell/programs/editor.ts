/**
 * `vi` and `nano` as far as the world is concerned: a program in front that holds a file open until somebody saves it or leaves it. How the
 * text is edited in between is nobody's business but the picture's; what is saved is an act like a typed line.
 */
import type { Env, Program } from '../../kernel/program.ts';
import { FileTree, baseName } from '../files/tree.ts';
import { mountsOf, rootVolumeOf } from '../machine/system.ts';

export interface EditorConfig {
  readonly editor: 'vi' | 'nano';
  /** Absolute; null: no file was named. */
  readonly path: string | null;
}

/** `text`: what the file becomes; null: it is left as it is. */
export interface EditorCommand {
  readonly type: 'save';
  readonly text: string | null;
}

/** What is on the screen when the editor is gone: vi tells what it wrote as its last line. */
function farewell(editor: EditorConfig['editor'], path: string, text: string, isNew: boolean): string {
  if (editor === 'nano') return '';
  const lines = text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
  return `"${baseName(path)}"${isNew ? ' [New]' : ''} ${lines}L, ${new TextEncoder().encode(text).length}C written\n`;
}

function save(config: EditorConfig, text: string, env: Env): void {
  const { path, editor } = config;
  if (path === null) return;
  const files = FileTree.of(env.system.world, rootVolumeOf(env.system.world, env.host), mountsOf(env.system.world, env.host), env.now);
  const refusal = files.refusal(path, text.length);
  if (refusal !== undefined) {
    env.print('stderr', `E514: write error (${refusal === 'full' ? 'file system full?' : 'Input/output error'})\n`);
    return;
  }
  // Both end the last line where nobody did.
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const isNew = files.content(path) === undefined;
  env.system.perform(files.write(path, whole));
  env.print('stdout', farewell(editor, path, whole, isNew));
}

export const editorProgram: Program<EditorConfig, EditorConfig> = {
  start: (config) => config,
  handle(config, event, env) {
    if (event.type === 'signal' && event.signal !== 'SIGINT') env.exit(143);
    if (event.type !== 'command' || event.command.type !== 'save') return config;
    const { text } = event.command as unknown as EditorCommand;
    if (text !== null) save(config, text, env);
    env.exit(0);
    return config;
  },
};
