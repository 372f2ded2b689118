/** Pipelines that run: what each command of one gets and gives, until all have ended. Everything works on a draft of the shell's state. */
import type { ProcessDescription } from '../../kernel/process.ts';
import type { Env, OutputStream } from '../../kernel/program.ts';
import type { KernelAction } from '../../kernel/world.ts';
import { failed, freeName, type ChildResult, type Command, type Context, type DoneResult, type Result, type Session } from '../command.ts';
import { endsShell, framing, withStdin } from './control.ts';
import { call, dropAll } from './functions.ts';
import { ownCommand } from './own-commands.ts';
import { quoted, shown, traced } from './quote.ts';
import { DEFAULT_IFS } from './read-line.ts';
import { substituted } from './substitution.ts';
import { calculated } from './arithmetic.ts';
import type { Surroundings } from './expand.ts';
import { FileTree, resolvePath } from '../files/tree.ts';
import { isScript, scriptElsewhere, scriptInPath } from '../machine/path.ts';
import { plainText } from './parse.ts';
import { create, prepare, type Prepared } from './prepare.ts';
import type { Pipeline, SimpleCommand } from './syntax.ts';
import { suggestion } from '../suggest.ts';
import type { BashConfig, BashState, Job, Sink, Stage } from './state.ts';
import { mountsOf, rootVolumeOf } from '../machine/system.ts';
import { unwrapped } from './wrappers.ts';

const TERMINAL: Sink = { type: 'terminal' };
const NEXT: Sink = { type: 'next' };
/** Plain commands: what is said of them at `--help` is what `man` says. */
const HAVE_NO_HELP = /^(?!docker$|man$|[^.]*\.)[\w-]+$/;
/** What begins shells. */
const SHELLS: ReadonlySet<string> = new Set(['bash', 'xargs', 'question']);
const NO_FORK = 'bash: fork: Resource temporarily unavailable';
/** More shells do not begin one another, and more do not live at a time, as if by a limit of processes. */
const MOST_SHELLS_DEEP = 10;
const MOST_SHELLS = 200;

/** What the command before gave; null: nobody stands before it. Open: more may come. */
type Incoming = { readonly text: string; readonly isOpen: boolean } | null;

interface Sinks {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export class Shell {
  state: { -readonly [Key in keyof BashState]: BashState[Key] };
  files: FileTree;
  /** The job in the background that `fg` wants in front. */
  resumed: number | null = null;
  hasEnded = false;
  /** Of this moment's children, which the world has not got yet. */
  private readonly startedNames = new Set<string>();
  /** The pipeline is one command that changes this shell, and no other. */
  private isAlone = true;
  /** The command's input is that of the group around it. */
  private inherits = false;
  /** Of the last `$(…)` of this line, which is that of a line that only assigns. */
  statusOfSubstitution: number | undefined;
  isSubstituting = false;
  /** A word of the line could not be expanded: nothing more of the line is run. */
  cannotExpand = false;
  /** A command of `$(…)` has read its input to the end. */
  hasRead = false;
  /** What a `$(…)` has printed so far. */
  captured = '';

  constructor(
    state: BashState,
    readonly env: Env,
    private readonly commands: readonly Command[],
    private readonly print: (shell: Shell, stream: OutputStream, text: string) => void,
    readonly config: BashConfig,
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
    const isAbsent = isScript(name) && !name.includes('/') && scriptInPath(this.files, this.state.session, name) === undefined;
    const plain = isAbsent ? undefined : name.includes('/') ? this.scriptOf(name) : name;
    return plain === undefined ? undefined : this.commands.find((command) => command.name === plain);
  }

  /** A command named by its path exists only where its file does. */
  private scriptOf(path: string): string | undefined {
    const absolute = resolvePath(this.state.session.cwd, path);
    return this.files.content(absolute) === undefined ? undefined : absolute.slice(absolute.lastIndexOf('/') + 1);
  }

  /** `depth`: of how many `$(…)` it is the inside. */
  around(depth = 0): Surroundings {
    const { session } = this.state;
    return {
      files: this.files,
      cwd: session.cwd,
      parameters: session.parameters,
      ifs: Object.hasOwn(session.variables, 'IFS') ? session.variables.IFS! : DEFAULT_IFS,
      variable: (name) => this.variable(name),
      isSet: (name) => (/^[A-Za-z_]/.test(name) ? Object.hasOwn(session.variables, name) || name === 'PWD' : this.variable(name) !== '' || (/^\d+$/.test(name) && Number(name) <= session.parameters.length)),
      assign: (name, value) => this.assign({ [name]: value }),
      substitute: (line) => substituted(this, line, depth + 1),
      calculate: (expression) => this.calculate(expression),
    };
  }

  assign(values: Readonly<Record<string, string>>): void {
    this.changeSession({ variables: { ...this.state.session.variables, ...values } });
  }

  evaluate(expression: string): ReturnType<typeof calculated> {
    return calculated(expression, (name) => this.variable(name), (name, value) => {
      this.assign({ [name]: value });
    });
  }

  private calculate(expression: string): string {
    const result = this.evaluate(expression);
    if ('value' in result) return result.value;
    this.complain(`bash: ${result.problem}\n`);
    this.cannotExpand = true;
    return '';
  }

  private variable(name: string): string {
    const { session, lastBackgroundPid } = this.state;
    if (/^[1-9]\d*$/.test(name)) return session.parameters[Number(name) - 1] ?? '';
    switch (name) {
      case '?':
        return String(session.status);
      case '$':
        return String(this.env.pid);
      case '!':
        return lastBackgroundPid === null ? '' : String(lastBackgroundPid);
      case '#':
        return String(session.parameters.length);
      case '0':
        return this.config.name ?? '-bash';
      case '-':
        return `${this.config.line === undefined ? 'himBHs' : 'hBc'}${session.options.filter((one) => one.length === 1).join('')}`;
      case 'PWD':
        return session.cwd;
      case 'FUNCNAME': {
        const running = this.state.todo.find((one) => one.type === 'call' && !one.isSource);
        return running?.type === 'call' ? running.name : '';
      }
      default:
        return Object.hasOwn(session.variables, name) ? session.variables[name]! : '';
    }
  }

  /** What the shell itself says is wrong, wherever errors go here. */
  complain(text: string): void {
    this.write(framing(this.state.todo).stderr ?? TERMINAL, 'stderr', text);
  }

  /** What a command of `$(…)` does in one moment. */
  runNow(prepared: Prepared, stdin: string): DoneResult {
    if (prepared.problem !== null) return failed(prepared.problem);
    const args = unwrapped(prepared.args);
    const [name] = args;
    if (name === undefined) {
      this.assign(prepared.assignments);
      return failed('', this.state.session.status);
    }
    const command = this.find(name);
    if (command === undefined) return this.notFound(name, prepared.args[0] === 'sudo');
    const context = this.context(name, stdin, false, prepared.assignments);
    if (command.filter?.begin(args.slice(1), context).type === 'filter') this.hasRead = true;
    const result = command.atOnce?.(args.slice(1), context) ?? command.run(args.slice(1), context);
    if (result.type === 'done') {
      this.perform(result.actions ?? []);
      if (result.session) this.changeSession(result.session);
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

  /** Where a script of somebody's own lies: a file that may be executed, named by its path or found through the PATH. */
  private ownScript(name: string): string | undefined {
    const path = name.includes('/') ? name : scriptInPath(this.files, this.state.session, name);
    if (path === undefined) return undefined;
    const place = resolvePath(this.state.session.cwd, path);
    const isShells = /^(?!#!)|^#! *\/(?:usr\/)?bin\/(?:env +)?(?:ba)?sh(?:\s|$)/.test(this.files.text(place) ?? '');
    return this.files.content(place) !== undefined && ((this.files.stat(place)?.mode ?? 0) & 0o111) !== 0 && isShells ? path : undefined;
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
    const { cwd } = this.state.session;
    const elsewhere = isScript(name) ? scriptElsewhere(this.files, cwd, name) : undefined;
    if (elsewhere !== undefined) {
      const typed = elsewhere === resolvePath(cwd, name) ? `./${name}` : elsewhere;
      return `\nIts directory is not in $PATH; type ${typed}\n它所在的目录不在 $PATH 里，请输入 ${typed}`;
    }
    const near = suggestion(name, this.commands.map((command) => command.name));
    return near === undefined ? '' : `\nDid you mean \`${near}\`?`;
  }

  /** Starts a pipeline in the foreground; it may have ended already when this returns. */
  launch(pipeline: Pipeline): void {
    const { commands } = pipeline;
    const used = [this.state.foreground, ...this.state.background].map((job) => job?.id ?? 0);
    this.statusOfSubstitution = undefined;
    const first = prepare(this, commands[0]!);
    if (this.cannotExpand) {
      this.cannotExpand = false;
      dropAll(this);
      this.changeSession({ status: 1 });
      return;
    }
    this.isAlone = commands.length === 1 && !pipeline.inBackground;
    if (this.isAlone && this.runOwn(first, pipeline)) return;
    this.state.foreground = { id: Math.max(0, ...used) + 1, text: pipeline.text, stages: [], isStopped: false, isNew: true, ...(pipeline.isNegated === true ? { isNegated: true } : {}) };
    const around = framing(this.state.todo);
    let incoming: Incoming = null;
    for (const [index, command] of commands.entries()) {
      const prepared = index === 0 ? first : prepare(this, command);
      const plainly = index === commands.length - 1 ? (around.stdout ?? TERMINAL) : NEXT;
      const stdout = prepared.stdout ?? plainly;
      const stderr = prepared.stderr === 'stdout' ? plainly : (prepared.stderr ?? around.stderr ?? TERMINAL);
      const sinks = this.unhung(prepared, { stdout, stderr });
      if (prepared.stdin !== null) incoming = { text: prepared.stdin, isOpen: false };
      this.inherits = incoming === null && around.stdin !== null;
      if (incoming === null && around.stdin !== null) incoming = { text: around.stdin, isOpen: false };
      this.trace(prepared);
      incoming = this.begin(prepared, sinks, incoming);
    }
  }

  /** What `set -x` shows of a command. */
  private trace({ args, assignments, subshell }: Prepared): void {
    if (!this.state.session.options.includes('x') || subshell !== null) return;
    const given = Object.entries(assignments).map(([name, value]) => `${name}=${value === '' ? '' : shown(value)}`);
    if (args.length === 0) for (const one of given) this.complain(`+ ${one}\n`);
    else this.complain(`+ ${[...given, ...args.map(traced)].join(' ')}\n`);
  }

  /** Inside `$(…)`. */
  callNow(pipeline: Pipeline): boolean {
    const [command, ...piped] = pipeline.commands;
    return piped.length === 0 && !pipeline.inBackground && this.isOwn(command!) && this.runOwn(prepare(this, command!), pipeline);
  }

  private isOwn({ words }: SimpleCommand): boolean {
    const name = plainText(words[0] ?? []) ?? '';
    return Object.hasOwn(this.state.session.functions, name) || ownCommand([name]) !== undefined;
  }

  /** Calls a function, or does what only the shell itself can do; false: it is neither. */
  private runOwn(prepared: Prepared, pipeline: Pick<Pipeline, 'isNegated' | 'text'>): boolean {
    const { args, problem, subshell } = prepared;
    const [name] = args;
    if (name === undefined || subshell !== null || problem !== null) return false;
    const { functions } = this.state.session;
    const body = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const own = body === undefined ? ownCommand(args) : undefined;
    if (body === undefined && own === undefined) return false;
    this.trace(prepared);
    const around = framing(this.state.todo);
    const stdout = prepared.stdout;
    const stderr = prepared.stderr === 'stdout' ? (around.stdout ?? TERMINAL) : prepared.stderr;
    const isNegated = pipeline.isNegated === true;
    if (stdout !== null || stderr !== null || prepared.stdin !== null || isNegated) {
      this.state.todo = [{ type: 'frame', when: 'always', stdout, stderr, stdin: prepared.stdin, isNegated }, ...this.state.todo];
    }
    if (body !== undefined) call(this, name, body, args.slice(1), prepared.assignments);
    else own!(this, args.slice(1), prepared.assignments, pipeline.text);
    return true;
  }

  /** What nohup starts writes to a file what it would have written to the terminal. */
  private unhung({ args }: Prepared, sinks: Sinks): Sinks {
    if (args.length < 2 || (args[0] !== 'nohup' && !(args[0] === 'sudo' && args[1] === 'nohup'))) return sinks;
    if (sinks.stdout.type !== 'terminal') {
      this.print(this, 'stderr', 'nohup: ignoring input\n');
      return { ...sinks, stderr: sinks.stderr.type === 'terminal' ? sinks.stdout : sinks.stderr };
    }
    const file = create(this, 'nohup.out', 'append');
    if ('problem' in file) return sinks;
    this.print(this, 'stderr', 'nohup: ignoring input and appending output to ‘nohup.out’\n');
    return { stdout: file, stderr: sinks.stderr.type === 'terminal' ? file : sinks.stderr };
  }

  /** Begins one command behind those that run; gives what it passes on at once. */
  private begin(prepared: Prepared, sinks: Sinks, incoming: Incoming): NonNullable<Incoming> {
    const args = unwrapped(prepared.args);
    const [name] = args;
    const ended = (result: DoneResult): NonNullable<Incoming> => {
      this.perform(result.actions ?? []);
      if (result.session && this.isAlone) this.changeSession(result.session);
      const index = this.addStage({ ...sinks, type: 'ended', exitCode: result.exitCode, signal: null });
      const show = (stream: OutputStream): void => {
        if (sinks[stream].type !== 'next') this.toSink(sinks[stream], stream, result[stream], index);
      };
      for (const stream of result.errorsFirst === true ? (['stderr', 'stdout'] as const) : (['stdout', 'stderr'] as const)) show(stream);
      if (result.resumes) this.resume(result.resumes.job, result.resumes.inForeground);
      if (result.exits === true && this.isAlone) this.exit(result.exitCode);
      return { text: (sinks.stderr.type === 'next' ? result.stderr : '') + (sinks.stdout.type === 'next' ? result.stdout : ''), isOpen: false };
    };
    if (prepared.problem !== null) return ended(failed(prepared.problem));
    // A part of a pipe that only a shell can run.
    const text = prepared.subshell ?? (name !== undefined && name === prepared.args[0] && (Object.hasOwn(this.state.session.functions, name) || ownCommand(args) !== undefined) ? args.map(quoted).join(' ') : null);
    if (text !== null) {
      if (this.cannotFork) return ended(failed(NO_FORK, 254));
      const { cwd, variables, functions, parameters, options } = this.state.session;
      const { name: zero } = this.config;
      const isAtTerminal = incoming === null && this.config.line === undefined;
      const config: BashConfig = { line: text, cwd, variables: { ...variables, ...prepared.assignments }, functions, parameters, options, ...(zero === undefined ? {} : { name: zero }), ...(isAtTerminal ? { isAtTerminal } : {}) };
      return this.beginChild({ type: 'child', reads: 'lines', process: { name: freeName(this.env.system.world, 'bash'), program: 'bash', host: this.env.host, parent: this.env.self, commandLine: '-bash', config } }, sinks, incoming);
    }
    if (name === undefined) {
      const { variables } = this.state.session;
      return ended({ type: 'done', stdout: '', stderr: '', exitCode: this.statusOfSubstitution ?? 0, session: { variables: { ...variables, ...prepared.assignments } } });
    }
    if (args[1] === '--help' && args.length === 2 && HAVE_NO_HELP.test(name)) return this.begin({ ...prepared, args: ['man', name] }, sinks, incoming);
    const command = this.find(name);
    const script = command === undefined ? this.ownScript(name) : undefined;
    // The shell that `#!` names runs it.
    if (script !== undefined) return this.begin({ ...prepared, args: ['bash', script, ...args.slice(1)] }, sinks, incoming);
    if (command === undefined) return ended(this.notFound(name, prepared.args[0] === 'sudo'));
    const context = this.context(name, incoming?.text ?? null, sinks.stdout.type === 'terminal', prepared.assignments);
    const begun: Result | { readonly type: 'filter'; readonly state: unknown } = command.filter?.begin(args.slice(1), context) ?? command.run(args.slice(1), context);
    if (begun.type === 'done') return ended(begun);
    if (begun.type === 'child') return begun.process.program === 'bash' && this.cannotFork ? ended(failed(NO_FORK, 254)) : this.beginChild(begun, sinks, incoming);
    this.consume();
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

  private beginChild(begun: ChildResult, sinks: Sinks, incoming: Incoming): NonNullable<Incoming> {
    const process = this.startChild(begun.process, begun.actions ?? []);
    this.addStage({ ...sinks, type: 'child', process, reads: incoming === null ? (begun.reads ?? null) : null });
    // What a redirection around it gives is read by who reads, and stays for others.
    if (this.inherits && begun.reads === undefined) {
      this.tell(process, { type: 'endOfInput' });
      return { text: '', isOpen: true };
    }
    this.consume();
    if (incoming !== null && incoming.text !== '') this.tell(process, { type: 'input', text: incoming.text });
    if (incoming?.isOpen === false) this.tell(process, { type: 'endOfInput' });
    return { text: '', isOpen: true };
  }

  private consume(): void {
    if (this.inherits) this.state.todo = withStdin(this.state.todo, '');
  }

  private get cannotFork(): boolean {
    return (this.config.depth ?? 0) >= MOST_SHELLS_DEEP || this.env.system.world.processes.filter(({ program, status }) => program === 'bash' && status === 'running').length >= MOST_SHELLS;
  }

  changeSession(change: Partial<Session>): void {
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
    const config = SHELLS.has(process.program) ? { ...(process.config as object), depth: (this.config.depth ?? 0) + 1 } : process.config;
    this.perform([...actions, { type: 'addProcess', process: { ...process, name, config } }, { type: 'start', process: name }]);
    return name;
  }

  private tell(process: string, command: { readonly type: string; readonly [field: string]: unknown }): void {
    this.env.system.perform({ type: 'command', process, command });
  }

  /** Where no pipeline is under way. */
  write(sink: Sink, stream: OutputStream, text: string): void {
    if (sink.type === 'next') this.captured += text;
    else this.toSink(sink, stream, text, 0);
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

  /** With `set -e` it ends, if the command that has just failed is one that nobody looks at. */
  failed(): void {
    const { session, todo } = this.state;
    if (session.status !== 0 && session.options.includes('e') && !this.isSubstituting && endsShell(todo)) this.exit(session.status);
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
      else if (stage.type !== 'ended') next = this.stageEnded(next, index, 130, 'SIGINT');
    }
    return next;
  }
}
