/** `true`, `:` and `false`. */
import { done, type Command } from '../command.ts';

export const trueCommand: Command = { name: 'true', summary: { en: 'succeeds', 'zh-CN': '返回成功' }, run: () => done('') };
export const falseCommand: Command = { name: 'false', summary: { en: 'fails', 'zh-CN': '返回失败' }, run: () => done('', { exitCode: 1 }) };
export const colon: Command = { ...trueCommand, name: ':' };
