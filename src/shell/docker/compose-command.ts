/**
 * `docker compose up | down | stop | start | restart | ps | logs` (plugin 2.17, plain progress): the services of a compose file as the runs they stand for,
 * carried out one after the other. What a file asks for beyond that is named and not done.
 */
import { failed, freeName, type Result } from '../command.ts';
import { baseName, resolvePath } from '../files/tree.ts';
import { quoted } from '../bash/quote.ts';
import { fileOf, projectOf, type Project } from './compose-file.ts';
import { composeLogs, composePs } from './compose-look.ts';
import { findContainer, findNetwork, isUp } from './state.ts';
import type { Asked, Subcommand } from './subcommand.ts';

const VERBS = ['up', 'down', 'stop', 'start', 'restart', 'ps', 'logs'];

/** One line of a shell that says what compose says around each step, and stops at the first that fails. */
function lineOf(verb: string, { services, networks }: Project, { context, state }: Asked): string {
  const steps: string[] = [];
  const step = (kind: string, name: string, doing: string, did: string, command: string): void => void steps.push(`echo ' ${kind} ${name}  ${doing}'`, `${command} > /dev/null`, `echo ' ${kind} ${name}  ${did}'`);
  const known = (name: string) => findContainer(state, name);
  const running = (name: string): boolean => { const found = known(name); return found !== undefined && isUp(context.world, found); };
  if (verb === 'up') {
    for (const { name, options } of networks) if (!findNetwork(state, name)) step('Network', name, 'Creating', 'Created', `docker network create ${[...options, name].map(quoted).join(' ')}`);
    for (const { container, args } of services) {
      if (running(container)) steps.push(`echo ' Container ${container}  Running'`);
      else if (known(container)) step('Container', container, 'Starting', 'Started', `docker start ${quoted(container)}`);
      else step('Container', container, 'Creating', 'Started', `docker run ${args.map(quoted).join(' ')}`);
    }
  } else if (verb === 'down') {
    for (const { container } of services.toReversed()) {
      if (running(container)) step('Container', container, 'Stopping', 'Stopped', `docker stop ${quoted(container)}`);
      if (known(container)) step('Container', container, 'Removing', 'Removed', `docker rm ${quoted(container)}`);
    }
    for (const { name } of networks) if (findNetwork(state, name)) step('Network', name, 'Removing', 'Removed', `docker network rm ${quoted(name)}`);
  } else {
    const [doing, did] = { start: ['Starting', 'Started'], stop: ['Stopping', 'Stopped'], restart: ['Restarting', 'Started'] }[verb as 'start' | 'stop' | 'restart'];
    for (const { container } of services) if (known(container)) step('Container', container, doing!, did!, `docker ${verb} ${quoted(container)}`);
  }
  return steps.length === 0 ? 'true' : steps.join(' && ');
}

export const composeCommand: Subcommand = (asked): Result => {
  const { args, context } = asked;
  // Before the verb `-f` names the file; behind it, it is the verb's own.
  const named = args[0] === '-f' || args[0] === '--file' ? (args[1] ?? '') : /^--file=(.*)$/.exec(args[0] ?? '')?.[1];
  const [verb, ...rest] = named === undefined ? args : args.slice(args[0]!.includes('=') ? 1 : 2);
  if (verb === 'version') return { type: 'done', stdout: 'Docker Compose version v2.17.2\n', stderr: '', exitCode: 0 };
  if (verb === undefined || !VERBS.includes(verb)) {
    return failed(`docker compose: of its commands this lab has up -d, down, stop, start, restart, ps and logs · 本实验室只有 up -d、down、stop、start、restart、ps 和 logs`);
  }
  const look = verb === 'ps' ? composePs : verb === 'logs' ? composeLogs : undefined;
  const odd = look === undefined ? rest.find((arg) => arg !== '-d' && arg !== '--detach') : undefined;
  if (odd !== undefined) return failed(odd.startsWith('-') ? `unknown flag: ${odd}` : `docker compose ${verb}: single services are not modelled here · 此处未模拟对单个服务的操作`, odd.startsWith('-') ? 16 : 1);
  if (verb === 'up' && rest.length === 0) return failed('docker compose up: in this lab only with -d · 本实验室只支持 up -d');
  const file = fileOf(named, context);
  if (typeof file === 'string') return failed(file, 14);
  const project = projectOf(file.source, baseName(resolvePath(file.path, '..')));
  if ('problem' in project) return failed(project.problem, 15);
  if (look !== undefined) return look(project, { ...asked, verb, args: rest });
  const { cwd, variables } = context.session;
  return {
    type: 'child',
    process: { name: freeName(context.world, 'docker-compose'), program: 'bash', host: context.host, parent: context.shell, commandLine: `docker compose ${args.join(' ')}`, config: { line: lineOf(verb, project, asked), cwd, variables } },
  };
};
