import { done, type Command } from '../command.ts';

/** A name is a variable's, or else a function's; `-f` and `-v` say which. */
export const unset: Command = {
  name: 'unset',
  summary: { en: 'forgets a variable or a function', 'zh-CN': '删除变量或函数' },
  run(args, { session }) {
    const names = args.filter((arg) => !/^-[fv]+$/.test(arg));
    const [onlyFunctions, onlyVariables] = [args.includes('-f'), args.includes('-v')];
    const without = <Value>(table: Readonly<Record<string, Value>>, gone: readonly string[]): Readonly<Record<string, Value>> => Object.fromEntries(Object.entries(table).filter(([name]) => !gone.includes(name)));
    const functions = names.filter((name) => !onlyVariables && Object.hasOwn(session.functions, name) && (onlyFunctions || !Object.hasOwn(session.variables, name)));
    return done('', { session: { variables: onlyFunctions ? session.variables : without(session.variables, names), functions: without(session.functions, functions) } });
  },
};
