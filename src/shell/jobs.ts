/** Pipelines that run: what each command of one gets and gives, until all have ended. Everything works on a draft of the shell's state. */
import type { ProcessDescription } from '../kernel/process.ts';
import type { Env, OutputStream } from '../kernel/program.ts';
import type { KernelAction } from '../kernel/world.ts';
import { failed, freeName, type Command, type Context, type DoneResult, type Result, type Session } from './command.ts';
import { calculated } from './arithmetic.ts';
import { expandText, expandWords, type Surroundings } from './expand.ts';
import { FileTree, resolvePath } from './files/tree.ts';
import type { Word } from './lexer.ts';
import { parse, type Pipeline, type Redirection, type SimpleCommand } from './parse.ts';
import { suggestion } from './suggest.ts';
import type { BashState, Job, Sink, Stage } from './state.ts';
import { mountsOf, rootVolumeOf } from './system.ts';

const TERMINAL: Sink = { type: 'terminal' };
const NEXT: Sink = { type: 'next' };
/** Commands that run another one as it stands: who runs it makes no difference to root. */
const WRAPPERS: ReadonlySet<string> = new Set(['sudo', 'nohup', 'command', 'exec', 'builtin']);
const SUDO_OPTIONS: ReadonlySet<string> = new Set(['-E', '-H', '-i', '-n', '-S', '-s', '-b', '--']);
const SUDO_VALUED: ReadonlySet<string> = new Set(['-u', '-g', '-p']);
/** Who is root already gets a shell, whoever of these asks. */
const OWN_NAMES: ReadonlySet<string> = new Set(['-', '-l', '--login', 'root']);
/** Plain commands: what is said of them at `--help` is what `man` says. */
const HAVE_NO_HELP = /^(?!docker$|man$|[^.]*\.)[\w-]+$/;
/** CentOS gives them to its users; the image of a container has none. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { ll: ['ls', '-l'] };
const LONGEST_SUBSTITUTION = 8;

/** Arguments with their redirections resolved. */
interface Prepared {
  readonly args: readonly string[];
  readonly assignments: Readonly<Record<string, string>>;
  readonly stdout: Sink | null;
  /** `stdout`: wherever that goes. */
  readonly stderr: Sink | 'stdout' | null;
  readonly stdin: string | null;
  readonly problem: string | null;
}

export class Shell {
  state: { -readonly [Key in keyof BashState]: BashState[Key] };
  files: FileTree;
  /** The job in the background that `fg` wants in front. */
  resumed: number | null = null;
  hasEnded = false;
  /** Of this moment's children, which the world has not got yet. */
  private readonly startedNames = new Set<string>();

  constructor(
    state: BashState,
    readonly env: Env,
    private readonly commands: readonly Command[],
    private readonly print: (shell: Shell, stream: OutputStream, text: string) => void,
  ) {
    this.state = { ...state };
    const { world } = env.system;
    this.files = FileTree.of(world, rootVolumeOf(world, env.host), mountsOf(world, env.host), env.now);
  }

  perform(actions: readonly KernelAction[]): void {
    this.files = this.files.with(actions);
    for (const action of actions) this.env.system.perform(action);
  }

  find(name: string): Command | undefined {
    const plain = name.includes('/') ? this.scriptOf(name) : name;
    return plain === undefined ? undefined : this.commands.find((command) => command.name === plain);
  }

  /** A command named by its path exists only where its file does. */
  private scriptOf(path: string): string | undefined {
    const absolute = resolvePath(this.state.session.cwd, path);
    return this.files.content(absolute) === undefined ? undefined : absolute.slice(absolute.lastIndexOf('/') + 1);
  }

  private around(depth: number): Surroundings {
    const { session } = this.state;
    return {
      files: this.files,
      cwd: session.cwd,
      variable: (name) => this.variable(name),
      substitute: (line) => this.substitute(line, depth),
      calculate: (expression) => this.calculate(expression),
    };
  }

  /** Arguments as they are at this moment. */
  expand(words: readonly Word[]): readonly string[] {
    return expandWords(words, this.around(0));
  }

  private calculate(expression: string): string {
    const result = calculated(expression, (name) => this.variable(name));
    if ('value' in result) return result.value;
    this.print(this, 'stderr', `bash: ${result.problem}\n`);
    return '';
  }

  private variable(name: string): string {
    const { session, lastBackgroundPid } = this.state;
    switch (name) {
      case '?':
        return String(session.status);
      case '$':
        return String(this.env.pid);
      case '!':
        return lastBackgroundPid === null ? '' : String(lastBackgroundPid);
      case '#':
        return '0';
      case '0':
        return '-bash';
      case 'PWD':
        return session.cwd;
      default:
        return Object.hasOwn(session.variables, name) ? session.variables[name]! : '';
    }
  }

  /** What commands that answer at once print; a program that takes time cannot be waited for in the middle of a line. */
  private substitute(line: string, depth: number): string {
    const parsed = parse(line);
    if (parsed.type !== 'complete' || depth >= LONGEST_SUBSTITUTION) return '';
    let output = '';
    for (const step of parsed.list) {
      if (step.type !== 'pipeline') {
        this.print(this, 'stderr', `bash: ${step.type === 'leave' ? step.how : step.type}: not modelled inside $(…)\n`);
        return '';
      }
      let stdin: string | null = null;
      for (const command of step.commands) {
        const prepared = this.prepare(command, depth + 1);
        const result = this.runNow(prepared, stdin ?? prepared.stdin ?? '');
        stdin = result.stdout;
        if (result.stderr !== '') this.print(this, 'stderr', result.stderr);
      }
      output += stdin ?? '';
    }
    return output.replace(/\n+$/, '');
  }

  private runNow(prepared: Prepared, stdin: string): DoneResult {
    const args = unwrapped(prepared.args);
    const [name] = args;
    if (name === undefined) return failed('', 0);
    const command = this.find(name);
    if (command === undefined) return this.notFound(name, prepared.args[0] === 'sudo');
    const context = this.context(name, stdin, false, prepared.assignments);
    const result = command.atOnce?.(args.slice(1), context) ?? command.run(args.slice(1), context);
    if (result.type === 'done') {
      this.perform(result.actions ?? []);
      return result;
    }
    return failed(`bash: ${name}: not modelled inside $(…): it takes time`);
  }

  private context(invokedAs: string, stdin: string | null, isTerminal: boolean, assignments: Readonly<Record<string, string>> = {}): Context {
    const { env, files, commands } = this;
    const { session } = this.state;
    return {
      world: env.system.world,
      now: env.now,
      wallClockMs: env.wallClockMs,
      shell: env.self,
      host: env.host,
      pid: env.pid,
      invokedAs,
      files,
      session: Object.keys(assignments).length === 0 ? session : { ...session, variables: { ...session.variables, ...assignments } },
      stdin,
      isTerminal,
      find: (name) => this.find(name),
      commands,
      jobs: this.state.background,
      random: () => env.random(),
    };
  }

  private notFound(name: string, isBySudo: boolean): DoneResult {
    const absolute = resolvePath(this.state.session.cwd, name);
    if (name.includes('/')) {
      if (this.files.isDirectory(absolute)) return failed(`bash: ${name}: Is a directory`, 126);
      return this.files.content(absolute) === undefined ? failed(`bash: ${name}: No such file or directory`, 127) : failed(`bash: ${name}: Permission denied`, 126);
    }
    if (isBySudo) return failed(`sudo: ${name.slice(0, 200)}: command not found${this.hint(name)}`);
    return failed(`bash: ${name.slice(0, 200)}: command not found${this.hint(name)}`, 127);
  }

  private hint(name: string): string {
    const near = suggestion(name, this.commands.map((command) => command.name));
    return near === undefined ? '' : `\nDid you mean \`${near}\`?`;
  }

  private withoutAlias(args: readonly string[]): readonly string[] {
    const [name = '', ...rest] = args;
    return Object.hasOwn(ALIASES, name) && this.state.session.variables.PS1_DEBIAN === undefined ? [...ALIASES[name]!, ...rest] : args;
  }

  private prepare(command: SimpleCommand, depth = 0): Prepared {
    const around = this.around(depth);
    const assignments: Record<string, string> = {};
    for (const { name, value } of command.assignments) assignments[name] = expandText(value, around);
    const args = this.withoutAlias(expandWords(command.words, around));
    let stdout: Sink | null = null;
    let stderr: Sink | 'stdout' | null = null;
    let stdin: string | null = null;
    let problem: string | null = null;
    for (const redirection of command.redirections) {
      const target = expandText(redirection.target, around);
      if (redirection.operator === 'here') stdin = target;
      else if (redirection.operator === 'duplicate') {
        if (target === '1' && redirection.fd === 2) stderr = stdout ?? 'stdout';
        else if (target === '2' && redirection.fd === 1) stdout = stderr === null || stderr === 'stdout' ? TERMINAL : stderr;
        else if (target === '-') stdout = { type: 'nothing' };
        else problem ??= `bash: ${target}: ambiguous redirect`;
      } else if (redirection.operator === 'read') {
        const opened = this.open(target);
        if ('problem' in opened) problem ??= opened.problem;
        else stdin = opened.text;
      } else {
        const sink = this.create(target, redirection.operator);
        if ('problem' in sink) problem ??= sink.problem;
        else {
          if (redirection.fd === 1) stdout = sink;
          if (redirection.fd === 2 || redirection.operator === 'both') stderr = sink;
        }
      }
    }
    return { args, assignments, stdout, stderr, stdin, problem };
  }

  private open(path: string): { readonly text: string } | { readonly problem: string } {
    if (path === '/dev/null') return { text: '' };
    const absolute = resolvePath(this.state.session.cwd, path);
    const text = this.files.text(absolute);
    if (text !== undefined) return { text };
    return { problem: `bash: ${path}: ${this.files.isDirectory(absolute) ? 'Is a directory' : 'No such file or directory'}` };
  }

  private create(path: string, operator: Redirection['operator']): Sink | { readonly problem: string } {
    if (path === '/dev/null') return { type: 'nothing' };
    if (path === '/dev/stdout' || path === '/dev/tty' || path === '/dev/stderr') return TERMINAL;
    const absolute = resolvePath(this.state.session.cwd, path);
    if (path === '') return { problem: 'bash: : No such file or directory' };
    if (this.files.isDirectory(absolute)) return { problem: `bash: ${path}: Is a directory` };
    if (!this.files.isDirectory(resolvePath(absolute, '..'))) return { problem: `bash: ${path}: No such file or directory` };
    if (this.files.refusal(absolute, 1) !== undefined) return { problem: `bash: ${path}: ${this.files.refusal(absolute, 1) === 'full' ? 'No space left on device' : 'Input/output error'}` };
    if (operator === 'append' && this.files.content(absolute) !== undefined) return { type: 'file', path: absolute };
    this.perform([this.files.write(absolute, '')]);
    return { type: 'file', path: absolute };
  }

  /** Starts a pipeline in the foreground; it may have ended already when this returns. */
  launch(pipeline: Pipeline): void {
    const { commands } = pipeline;
    const used = [this.state.foreground, ...this.state.background].map((job) => job?.id ?? 0);
    this.state.foreground = { id: Math.max(0, ...used) + 1, text: pipeline.text, stages: [], isStopped: false, isNew: true, ...(pipeline.isNegated === true ? { isNegated: true } : {}) };
    /** What the command before gave; null: the terminal. Open: more may come. */
    let incoming: { text: string; isOpen: boolean } | null = null;
    for (const [index, command] of commands.entries()) {
      const prepared = this.prepare(command);
      const isLast = index === commands.length - 1;
      const stdout = prepared.stdout ?? (isLast ? TERMINAL : NEXT);
      const sinks = this.unhung(prepared, { stdout, stderr: prepared.stderr === 'stdout' ? stdout : (prepared.stderr ?? TERMINAL) });
      if (prepared.stdin !== null) incoming = { text: prepared.stdin, isOpen: false };
      incoming = this.begin(prepared, sinks, incoming);
    }
  }

  /** What nohup starts writes to a file what it would have written to the terminal. */
  private unhung({ args }: Prepared, sinks: { readonly stdout: Sink; readonly stderr: Sink }): { readonly stdout: Sink; readonly stderr: Sink } {
    if (args.length < 2 || (args[0] !== 'nohup' && !(args[0] === 'sudo' && args[1] === 'nohup'))) return sinks;
    if (sinks.stdout.type !== 'terminal') {
      this.print(this, 'stderr', 'nohup: ignoring input\n');
      return { ...sinks, stderr: sinks.stderr.type === 'terminal' ? sinks.stdout : sinks.stderr };
    }
    const file = this.create('nohup.out', 'append');
    if ('problem' in file) return sinks;
    this.print(this, 'stderr', 'nohup: ignoring input and appending output to ‘nohup.out’\n');
    return { stdout: file, stderr: sinks.stderr.type === 'terminal' ? file : sinks.stderr };
  }

  /** Begins one command behind those that run; gives what it passes on at once. */
  private begin(prepared: Prepared, sinks: { readonly stdout: Sink; readonly stderr: Sink }, incoming: { text: string; isOpen: boolean } | null): { text: string; isOpen: boolean } {
    const args = unwrapped(prepared.args);
    const [name] = args;
    const ended = (result: DoneResult): { text: string; isOpen: boolean } => {
      this.perform(result.actions ?? []);
      if (result.session) this.changeSession(result.session);
      const index = this.addStage({ ...sinks, type: 'ended', exitCode: result.exitCode, signal: null });
      const show = (stream: OutputStream): void => {
        if (sinks[stream].type !== 'next') this.toSink(sinks[stream], stream, result[stream], index);
      };
      for (const stream of result.errorsFirst === true ? (['stderr', 'stdout'] as const) : (['stdout', 'stderr'] as const)) show(stream);
      if (result.resumes) this.resume(result.resumes.job, result.resumes.inForeground);
      if (result.exits === true) this.exit(result.exitCode);
      return { text: (sinks.stderr.type === 'next' ? result.stderr : '') + (sinks.stdout.type === 'next' ? result.stdout : ''), isOpen: false };
    };
    if (prepared.problem !== null) return ended(failed(prepared.problem));
    if (name === undefined) {
      const { variables } = this.state.session;
      return ended({ type: 'done', stdout: '', stderr: '', exitCode: 0, session: { variables: { ...variables, ...prepared.assignments } } });
    }
    if (args[1] === '--help' && args.length === 2 && HAVE_NO_HELP.test(name)) return this.begin({ ...prepared, args: ['man', name] }, sinks, incoming);
    const command = this.find(name);
    if (command === undefined) return ended(this.notFound(name, prepared.args[0] === 'sudo'));
    const context = this.context(name, incoming?.text ?? null, sinks.stdout.type === 'terminal', prepared.assignments);
    const begun: Result | { readonly type: 'filter'; readonly state: unknown } = command.filter?.begin(args.slice(1), context) ?? command.run(args.slice(1), context);
    if (begun.type === 'done') return ended(begun);
    if (begun.type === 'child') {
      const process = this.startChild(begun.process, begun.actions ?? []);
      this.addStage({ ...sinks, type: 'child', process, reads: incoming === null ? (begun.reads ?? null) : null });
      if (incoming !== null && incoming.text !== '') this.tell(process, { type: 'input', text: incoming.text });
      if (incoming?.isOpen === false) this.tell(process, { type: 'endOfInput' });
      return { text: '', isOpen: true };
    }
    const filter = command.filter!;
    const pushed = incoming === null || incoming.text === '' ? { state: begun.state, stdout: '' } : filter.push(begun.state, incoming.text);
    if (incoming !== null && (!incoming.isOpen || ('isDone' in pushed && pushed.isDone === true))) {
      const end = filter.end(pushed.state);
      return ended({ type: 'done', ...end, stdout: pushed.stdout + end.stdout });
    }
    const index = this.addStage({ ...sinks, type: 'filter', command: command.name, state: pushed.state, readsTerminal: incoming === null });
    if (sinks.stdout.type !== 'next') this.toSink(sinks.stdout, 'stdout', pushed.stdout, index);
    return { text: sinks.stdout.type === 'next' ? pushed.stdout : '', isOpen: true };
  }

  private changeSession(change: Partial<Session>): void {
    this.state.session = { ...this.state.session, ...change };
  }

  private addStage(stage: Stage): number {
    const job = this.state.foreground!;
    this.state.foreground = { ...job, stages: [...job.stages, stage] };
    return job.stages.length;
  }

  /** Gives the child's name: another one where the command before it in this pipeline has taken it. */
  private startChild(process: ProcessDescription, actions: readonly KernelAction[]): string {
    let { name } = process;
    for (let n = 2; this.startedNames.has(name); n++) name = freeName(this.env.system.world, `${process.name}-${n}`);
    this.startedNames.add(name);
    this.perform([...actions, { type: 'addProcess', process: { ...process, name } }, { type: 'start', process: name }]);
    return name;
  }

  private tell(process: string, command: { readonly type: string; readonly [field: string]: unknown }): void {
    this.env.system.perform({ type: 'command', process, command });
  }

  private toSink(sink: Sink, stream: OutputStream, text: string, stage: number, job?: Job): Job | undefined {
    if (text === '') return job;
    switch (sink.type) {
      case 'terminal':
        this.print(this, stream, text);
        return job;
      case 'file':
        this.perform([this.files.append(sink.path, text)]);
        return job;
      case 'next':
        return job === undefined ? job : this.feed(job, stage + 1, text);
      case 'nothing':
        return job;
    }
  }

  /** A job as it is after its child printed. */
  heard(job: Job, process: string, stream: OutputStream, text: string): Job {
    const index = job.stages.findIndex((stage) => stage.type === 'child' && stage.process === process);
    const stage = job.stages[index];
    if (!stage) return job;
    return this.toSink(stage[stream], stream, text, index, job) ?? job;
  }

  childEnded(job: Job, process: string, exitCode: number, signal: string | null): Job {
    const index = job.stages.findIndex((stage) => stage.type === 'child' && stage.process === process);
    return index < 0 ? job : this.stageEnded(job, index, exitCode, signal);
  }

  private stageEnded(job: Job, index: number, exitCode: number, signal: string | null): Job {
    const { stdout, stderr } = job.stages[index]!;
    const next: Job = { ...job, stages: job.stages.with(index, { stdout, stderr, type: 'ended', exitCode, signal }) };
    return stdout.type === 'next' ? this.closeInput(next, index + 1) : next;
  }

  /** Gives text to one command of a job. */
  feed(job: Job, index: number, text: string): Job {
    const stage = job.stages[index];
    if (stage?.type === 'child') {
      this.tell(stage.process, { type: 'input', text });
      return job;
    }
    if (stage?.type !== 'filter') return job;
    const filter = this.commands.find(({ name }) => name === stage.command)!.filter!;
    const pushed = filter.push(stage.state, text);
    let next: Job = { ...job, stages: job.stages.with(index, { ...stage, state: pushed.state }) };
    next = this.toSink(stage.stdout, 'stdout', pushed.stdout, index, next) ?? next;
    if (pushed.isDone !== true) return next;
    // Whoever goes on writing to it is ended by SIGPIPE.
    for (const before of next.stages.slice(0, index)) if (before.type === 'child') this.env.system.perform({ type: 'kill', process: before.process, signal: 'SIGKILL' });
    return this.closeInput(next, index);
  }

  closeInput(job: Job, index: number): Job {
    const stage = job.stages[index];
    if (stage?.type === 'child') {
      this.tell(stage.process, { type: 'endOfInput' });
      return job;
    }
    if (stage?.type !== 'filter') return job;
    const end = this.commands.find(({ name }) => name === stage.command)!.filter!.end(stage.state);
    this.perform(end.actions ?? []);
    let next = this.toSink(stage.stdout, 'stdout', end.stdout, index, job) ?? job;
    next = this.toSink(stage.stderr, 'stderr', end.stderr, index, next) ?? next;
    return this.stageEnded(next, index, end.exitCode, null);
  }

  exit(code: number): void {
    this.hasEnded = true;
    this.env.exit(code);
  }

  private resume(id: number, inForeground: boolean): void {
    this.state.background = this.state.background.map((job) => (job.id === id ? { ...job, isStopped: false } : job));
    for (const stage of this.state.background.find((job) => job.id === id)?.stages ?? []) {
      if (stage.type === 'child') this.env.system.perform({ type: 'kill', process: stage.process, signal: 'SIGCONT' });
    }
    if (inForeground) this.resumed = id;
  }

  interrupt(job: Job): Job {
    let next = job;
    for (const [index, stage] of job.stages.entries()) {
      if (stage.type === 'child') this.env.system.perform({ type: 'kill', process: stage.process, signal: 'SIGINT' });
      else if (stage.type === 'filter') next = this.stageEnded(next, index, 130, 'SIGINT');
    }
    return next;
  }
}

function unwrapped(args: readonly string[]): readonly string[] {
  let rest = args;
  while (rest.length > 1 && WRAPPERS.has(rest[0]!)) {
    const isSudo = rest[0] === 'sudo';
    rest = rest.slice(1);
    let wantsShell = false;
    while (isSudo && (SUDO_OPTIONS.has(rest[0]!) || SUDO_VALUED.has(rest[0]!))) {
      wantsShell ||= rest[0] === '-i' || rest[0] === '-s';
      rest = rest.slice(SUDO_VALUED.has(rest[0]!) ? 2 : 1);
    }
    if (rest.length === 0) return [wantsShell ? 'bash' : 'sudo'];
  }
  return rest[0] === 'su' && rest.slice(1).every((arg) => OWN_NAMES.has(arg)) ? ['bash'] : rest;
}
