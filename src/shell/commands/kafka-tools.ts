/** The tools of Kafka's `bin/` as commands: arguments are read at once, the rest is a program of its own on the machine. */
import { freeName, type Command } from '../command.ts';
import { tools } from '../tools/index.ts';
import { prepare } from '../tools/tool.ts';
import { pathOf } from './shared.ts';

export const kafkaTools: readonly Command[] = tools.map((tool) => ({
  name: tool.name,
  summary: { en: 'a tool of Kafka 2.3.0; without arguments it lists its options', 'zh-CN': 'Kafka 2.3.0 的工具；不带参数会列出选项' },
  run(args, context) {
    const prepared = prepare(tool, args, (path) => context.files.text(pathOf(context, path)));
    if (prepared.type === 'done') return prepared;
    return {
      type: 'child',
      reads: 'lines',
      process: {
        name: freeName(context.world, tool.name.replace(/\.sh$/, '')),
        program: tool.program,
        host: context.host,
        parent: context.shell,
        commandLine: `${tool.name} ${args.join(' ')}`,
        config: prepared.plan,
      },
    };
  },
}));
