/** The tools of Kafka's `bin/` as commands: arguments are read at once, the rest is a program of its own on the machine. */
import { failed, freeName, type Command, type Context, type Result } from '../command.ts';
import { ownFiles } from '../machine/system.ts';
import { tools } from '../tools/index.ts';
import { prepare, type Tool } from '../tools/tool.ts';
import { pathOf } from './shared.ts';

export function startTool(tool: Tool<unknown>, name: string, args: readonly string[], context: Context): Result {
  const prepared = prepare(tool, args, (path) => context.files.text(pathOf(context, path)), context.session.cwd);
  if (prepared.type === 'done') return prepared;
  return {
    type: 'child',
    ...(tool.readsInput === true ? { reads: 'lines' } : {}),
    process: {
      name: freeName(context.world, name),
      program: tool.program,
      host: context.host,
      ...ownFiles(context.world, context.host),
      parent: context.shell,
      commandLine: `java -Xmx256M ${tool.mainClass} ${args.join(' ')}`,
      config: prepared.plan,
    },
  };
}

export const kafkaTools: readonly Command[] = tools.flatMap((tool) => {
  const { name } = tool;
  if (name === null) return [];
  const summary = { en: 'a tool of Kafka 2.3.0; without arguments it lists its options', 'zh-CN': 'Kafka 2.3.0 的工具；不带参数会列出选项' };
  return [{ name, summary, run: (args, context) => startTool(tool, name.replace(/\.sh$/, ''), args, context) } satisfies Command];
});

/** Starts any of them by its main class. */
export const kafkaRunClass: Command = {
  name: 'kafka-run-class.sh',
  summary: { en: 'runs a tool by its class', 'zh-CN': '按类名运行工具' },
  run([mainClass, ...args], context) {
    const tool = tools.find((one) => one.mainClass === mainClass);
    if (tool !== undefined) return startTool(tool, mainClass!.slice(mainClass!.lastIndexOf('.') + 1), args, context);
    return mainClass === undefined ? failed('USAGE: ./kafka-run-class.sh [-daemon] [-name servicename] [-loggc] classname [opts]') : failed(`Error: Could not find or load main class ${mainClass}`);
  },
};
