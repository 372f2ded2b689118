/**
 * The shell as a process of the world (bash 4.2): what is typed at its terminal reaches it as commands, and what it and its children
 * print stands on its screen, so that a terminal rewinds, forks and is shared with everything else. One simple command or pipeline runs
 * in one moment; the next one, a millisecond later, sees what it did. Simplified: no arrays, no aliases of one's own.
 */
import { emptyList, listOf, push } from '../../kernel/append-list.ts';
import type { Env, Message, ProcessEvent, Program } from '../../kernel/program.ts';
import { findProcess } from '../../kernel/world.ts';
import { advance } from './advance.ts';
import { NEW_SESSION, type Command } from '../command.ts';
import { FileTree } from '../files/tree.ts';
import { dropAll } from './functions.ts';
import { jobLine } from './job-line.ts';
import { Shell } from './jobs.ts';
import { assignLine } from './own-commands.ts';
import { parse } from './parse.ts';
import { PATH } from '../machine/path.ts';
import { takeLine } from './read-line.ts';
import type { BashConfig, BashState, Job, ScreenText, Stage, TerminalInput } from './state.ts';
import { rootVolumeOf } from '../machine/system.ts';

const NEXT_COMMAND = 'next';
const AGAIN = 'again';
const COMMAND_PAUSE = 1_000;
/** Steps that only decide what runs next, and that are taken in one moment. */
const STEPS_AT_ONCE = 64;
/** bash keeps 500 lines (HISTSIZE), CentOS sets 1,000. */
const HISTORY_KEPT = 1_000;
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

export function prompt(state: BashState, host: string): string {
  const { cwd, variables } = state.session;
  const home = variables.HOME ?? '/root';
  if (variables.PS1_DEBIAN !== undefined) return `root@${variables.HOSTNAME ?? host}:${cwd === home ? '~' : cwd}# `;
  const directory = cwd === home ? '~' : cwd === '/' ? '/' : cwd.slice(cwd.lastIndexOf('/') + 1);
  return `[root@${variables.HOSTNAME ?? host} ${directory}]# `;
}

/** What is set for everybody who logs in to a machine (pam_env). */
function environmentOf(env: Env): Readonly<Record<string, string>> {
  const { world } = env.system;
  const text = FileTree.of(world, rootVolumeOf(world, env.host), [], env.now).text('/etc/environment') ?? '';
  return Object.fromEntries(text.split('\n').flatMap((line) => { const found = /^(?:export )?(\w+)="?([^"]*)"?$/.exec(line.trim()); return found ? [[found[1]!, found[2]!]] : []; }));
}

function initial(config: BashConfig, env: Env): BashState {
  const cwd = config.cwd ?? '/root';
  return {
    session: {
      cwd,
      variables: {
        HOME: '/root',
        HOSTNAME: env.host,
        LANG: 'en_US.UTF-8',
        LOGNAME: 'root',
        PATH,
        SHELL: '/bin/bash',
        TERM: 'xterm-256color',
        USER: 'root',
        ...environmentOf(env),
        ...config.variables,
      },
      ...NEW_SESSION,
      parameters: config.parameters ?? [],
      functions: config.functions ?? {},
      options: config.options ?? [],
    },
    screen: emptyList(),
    typed: '',
    unfinished: null,
    todo: [],
    foreground: null,
    background: [],
    hasPrompt: false,
    shown: [],
    lastBackgroundPid: null,
    inputEnded: config.hasNoInput === true,
  };
}

export function createBash(commands: readonly Command[]): Program<BashState, BashConfig> {
  const turn = (state: BashState, config: BashConfig, env: Env, act: (shell: Shell) => void): BashState => {
    const shell = new Shell(state, env, commands, (on, stream, text) => say(on, stream, text), config);
    act(shell);
    proceed(shell, config);
    if (shell.hasEnded) giveBack(shell, config);
    return shell.state;
  };
  return {
    start(config, env) {
      return turn(initial(config, env), config, env, (shell) => {
        if (config.line === undefined) readStartFiles(shell, config);
        else begin(shell, config);
      });
    },
    handle(state, event, env) {
      const config = (findProcess(env.system.world, env.self)?.config ?? {}) as BashConfig;
      return turn(state, config, env, (shell) => {
        happened(shell, config, event);
      });
    },
  };
}

/** What a shell carries out before it asks: one at a machine's terminal is a login shell, one inside another or in a container is not. */
function readStartFiles({ state, files, env }: Shell, config: BashConfig): void {
  const isLogin = !isInner(config) && env.system.world.network.hosts.find(({ name }) => name === env.host)?.bridgedBy === undefined;
  const profiles = files.list('/etc/profile.d').filter((name) => name.endsWith('.sh')).map((name) => `/etc/profile.d/${name}`);
  const wanted = [...(isLogin ? ['/etc/profile', ...profiles, '/root/.bash_profile'] : []), '/root/.bashrc'];
  state.todo = wanted.filter((path) => files.text(path) !== undefined).flatMap((path) => {
    const parsed = parse(`. ${path}`);
    return parsed.type === 'complete' ? parsed.list : [];
  });
}

function begin(shell: Shell, config: BashConfig): void {
  if (config.everyMs !== undefined) say(shell, 'stdout', `${CLEAR}Every ${(config.everyMs / 1_000).toFixed(1)}s: ${config.line}\n\n`);
  read(shell, config.line ?? '');
}

/** What was typed and not read is still at the terminal: the shell around this one reads it. One line's input is its own: a file, a pipe. */
function giveBack(shell: Shell, config: BashConfig): void {
  const { env, state } = shell;
  const { parent } = findProcess(env.system.world, env.self)!;
  if ((config.line === undefined ? config.isPiped !== true : config.isAtTerminal === true) && parent !== undefined && state.typed !== '') env.system.perform({ type: 'command', process: parent, command: { type: 'type', text: state.typed } as TerminalInput });
}

function isInner(config: BashConfig): boolean {
  return config.isInner === true || config.line !== undefined;
}

/** On the screen, or to the terminal around an inner shell. */
function say(shell: Shell, stream: ScreenText['stream'], text: string): void {
  const { env } = shell;
  const { config } = shell;
  if (config.isPiped === true && (stream === 'prompt' || stream === 'typed')) return;
  if (isInner(config)) {
    env.print(stream === 'stderr' ? 'stderr' : 'stdout', text);
    return;
  }
  const clear = text.lastIndexOf(CLEAR);
  shell.state.screen = clear < 0 ? push(shell.state.screen, { stream, text }) : listOf([{ stream, text: text.slice(clear) }]);
}

function happened(shell: Shell, config: BashConfig, event: ProcessEvent): void {
  const { state } = shell;
  switch (event.type) {
    case 'command':
      input(shell, event.command as TerminalInput);
      return;
    case 'output':
      editJob(shell, event.process, (job) => shell.heard(job, event.process, event.stream, event.text));
      return;
    case 'ended':
      editJob(shell, event.process, (job) => shell.childEnded(job, event.process, event.exitCode, event.signal));
      return;
    case 'timer':
      if (event.name === AGAIN) begin(shell, config);
      return;
    case 'signal':
      for (const job of [state.foreground, ...state.background]) if (job) shell.interrupt(job);
      if (event.signal === 'SIGINT' && !isInner(config)) return;
      shell.env.exit(event.signal === 'SIGINT' ? 130 : event.signal === 'SIGHUP' ? 129 : 143);
      return;
    default:
      return;
  }
}

function editJob(shell: Shell, process: string, change: (job: Job) => Job): void {
  const { state } = shell;
  const has = (job: Job | null): boolean => job?.stages.some((stage) => stage.type === 'child' && stage.process === process) === true;
  if (has(state.foreground)) state.foreground = change(state.foreground!);
  else state.background = state.background.map((job) => (has(job) ? change(job) : job));
}

/** Characters that a terminal would not show as they are. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

function input(shell: Shell, typed: TerminalInput): void {
  const { state } = shell;
  switch (typed.type) {
    case 'type':
    case 'input':
      state.typed += typed.text.replace(/\r\n?/g, '\n').replace(CONTROL, '');
      return;
    case 'show':
      state.shown = [...state.shown, typed.line.replace(CONTROL, '').replace(/\n/g, ' ')];
      return;
    case 'endOfInput':
      state.inputEnded = true;
      return;
    case 'key':
      key(shell, typed.key);
      return;
    case 'save': {
      const [first] = state.foreground?.stages ?? [];
      const program = first?.type === 'child' ? findProcess(shell.env.system.world, first.process)?.program : undefined;
      if (first?.type === 'child' && (program === 'editor' || program === 'bash')) shell.env.system.perform({ type: 'command', process: first.process, command: typed as Message });
    }
  }
}

/** The job's child that is a terminal itself: a shell in a container. */
function innerShell(job: Job | null): string | undefined {
  const [first] = job?.stages ?? [];
  return first?.type === 'child' && first.reads === 'terminal' ? first.process : undefined;
}

function key(shell: Shell, pressed: Extract<TerminalInput, { type: 'key' }>['key']): void {
  const { state, env } = shell;
  const inner = innerShell(state.foreground);
  if (inner !== undefined) {
    env.system.perform({ type: 'command', process: inner, command: { type: 'key', key: pressed } as TerminalInput });
    return;
  }
  switch (pressed) {
    case 'C-c':
      say(shell, 'typed', '^C\n');
      state.typed = '';
      state.unfinished = null;
      dropAll(shell);
      state.hasPrompt = false;
      state.session = { ...state.session, status: 130 };
      if (state.foreground) state.foreground = shell.interrupt(state.foreground);
      return;
    case 'C-d':
      state.inputEnded = true;
      return;
    case 'C-l':
      if (state.foreground) return;
      say(shell, 'stdout', CLEAR);
      state.hasPrompt = false;
      return;
    case 'C-z': {
      const job = state.foreground;
      if (!job || job.stages[0]?.type === 'read') return;
      say(shell, 'typed', '^Z\n');
      for (const stage of job.stages) if (stage.type === 'child') env.system.perform({ type: 'kill', process: stage.process, signal: 'SIGSTOP' });
      say(shell, 'stdout', `${jobLine({ ...job, isStopped: true }, '+')}\n`);
      state.background = [...state.background, { ...job, isStopped: true, isNew: false }];
      state.foreground = null;
      state.session = { ...state.session, status: 148 };
    }
  }
}

/** Does what can be done at this moment: gives input to who reads it, runs the next command, asks for one. */
function proceed(shell: Shell, config: BashConfig): void {
  const { state } = shell;
  tellOfNewJobs(shell);
  if (state.foreground && !collect(shell)) {
    forward(shell);
    if (state.foreground && !collect(shell)) return;
  }
  for (let steps = 0; state.todo.length > 0; steps++) {
    const isLoop = state.todo[0]!.type === 'while' || state.todo[0]!.type === 'count';
    const pipeline = advance(shell);
    if (pipeline === undefined) {
      if (shell.hasEnded) return;
      // However little a loop does, time goes on, and somebody can end it.
      if (!isLoop && steps < STEPS_AT_ONCE) continue;
      shell.env.setTimer(NEXT_COMMAND, COMMAND_PAUSE);
      return;
    }
    shell.launch(pipeline);
    if (pipeline.inBackground && state.foreground?.stages.some((stage) => stage.type === 'child')) {
      state.background = [...state.background, state.foreground!];
      state.foreground = null;
      state.session = { ...state.session, status: 0 };
    } else if (!collect(shell)) {
      forward(shell);
      if (state.foreground && !collect(shell)) return;
    }
    if (shell.resumed !== null) {
      const id = shell.resumed;
      state.foreground = state.background.find((job) => job.id === id) ?? null;
      state.background = state.background.filter((job) => job.id !== id);
      if (state.foreground) return;
    }
    // What it did stands in the world only after this moment.
    shell.env.setTimer(NEXT_COMMAND, COMMAND_PAUSE);
    return;
  }
  if (shell.hasEnded || shell.env.hasTimer(NEXT_COMMAND)) return;
  if (config.line !== undefined) {
    if (config.everyMs === undefined) shell.exit(state.session.status);
    else if (!shell.env.hasTimer(AGAIN)) shell.env.setTimer(AGAIN, config.everyMs * 1_000);
    return;
  }
  ask(shell);
}

/** Puts away a foreground job that is over; false: it is not. */
function collect(shell: Shell): boolean {
  const { state } = shell;
  const job = state.foreground;
  if (!job) return true;
  if (job.stages.some((stage) => stage.type !== 'ended')) return false;
  const last = job.stages[job.stages.length - 1];
  if (last?.type === 'ended') {
    if (last.signal === 'SIGKILL') say(shell, 'stderr', 'Killed\n');
    const failure = state.session.options.includes('pipefail') ? job.stages.findLast((stage) => stage.type === 'ended' && stage.exitCode !== 0) : last;
    const status = failure?.type === 'ended' ? failure.exitCode : 0;
    state.session = { ...state.session, status: job.isNegated === true ? Number(status === 0) : status };
  }
  state.foreground = null;
  if (job.isNegated !== true) shell.failed();
  return true;
}

function forward(shell: Shell): void {
  const { state } = shell;
  const job = state.foreground!;
  const [first] = job.stages;
  if (first?.type === 'read') {
    readLine(shell, first);
    return;
  }
  const reads = first?.type === 'child' ? first.reads !== null : first?.type === 'filter' && first.readsTerminal;
  if (!reads) return;
  const isOneLine = first?.type === 'child' && first.reads === 'line';
  const end = (isOneLine ? state.typed.indexOf('\n') : state.typed.lastIndexOf('\n')) + 1;
  if (end > 0) {
    const text = state.typed.slice(0, end);
    state.typed = state.typed.slice(end);
    // An inner shell and a program with an editor of its own show what they read when they read it.
    // Of what comes through a pipe nothing is shown.
    if (shell.config.line === undefined && (first?.type !== 'child' || first.reads === 'lines' || first.reads === 'line')) say(shell, 'typed', text);
    state.foreground = shell.feed(state.foreground!, 0, text);
    if (isOneLine) {
      state.foreground = { ...state.foreground, stages: state.foreground.stages.with(0, { ...first, reads: null }) };
      return;
    }
  }
  if (state.inputEnded && state.typed === '') {
    // A terminal's end is one that is typed; that of a pipe or a file stays.
    state.inputEnded = shell.config.line !== undefined;
    state.foreground = shell.closeInput(state.foreground!, 0);
  }
}

/** The shell's own `read` gets its line, once it is there. */
function readLine(shell: Shell, stage: Extract<Stage, { readonly type: 'read' }>): void {
  const { state, config } = shell;
  const taken = takeLine(state.typed, stage.isRaw, state.inputEnded);
  if (taken === undefined) return;
  const { line, rest, isComplete } = taken;
  if (config.line === undefined) {
    if (!stage.isSilent) say(shell, 'typed', isComplete ? `${line}\n` : line);
    if (!isComplete) state.inputEnded = false;
  }
  state.typed = rest;
  assignLine(shell, stage, line);
  const { stdout, stderr } = stage;
  state.foreground = { ...state.foreground!, stages: [{ type: 'ended', stdout, stderr, exitCode: Number(!isComplete), signal: null }] };
}

/** `!!` is the line before, but between single quotes or behind a backslash; undefined: there is none. */
function withHistory(line: string, last: string | undefined): string | undefined {
  let isMissing = false;
  const expanded = line.replace(/\\[^]|'[^']*'|!!/g, (piece) => {
    if (piece !== '!!') return piece;
    isMissing ||= last === undefined;
    return last ?? '';
  });
  return isMissing ? undefined : expanded;
}

/** Prompts, and reads one line if there is one. */
function ask(shell: Shell): void {
  const { state, env } = shell;
  if (state.unfinished === null) showDone(shell);
  if (!state.hasPrompt) {
    tellOfEndedJobs(shell);
    say(shell, 'prompt', state.unfinished === null ? prompt(state, env.host) : '> ');
    state.hasPrompt = true;
  }
  const end = state.typed.indexOf('\n');
  if (end >= 0) {
    const typed = state.typed.slice(0, end);
    state.typed = state.typed.slice(end + 1);
    say(shell, 'typed', `${typed}\n`);
    state.hasPrompt = false;
    const line = state.unfinished === null ? withHistory(typed, state.session.history.at(-1)) : typed;
    if (line === undefined) say(shell, 'stderr', 'bash: !!: event not found\n');
    else if (line !== typed) say(shell, 'stderr', `${line}\n`);
    if (line !== undefined) read(shell, state.unfinished === null ? line : `${state.unfinished}\n${line}`);
    if (state.todo.length > 0 || state.typed.includes('\n')) env.setTimer(NEXT_COMMAND, state.todo.length > 0 ? 0 : COMMAND_PAUSE);
    else ask(shell);
    return;
  }
  if (!state.inputEnded) return;
  state.inputEnded = false;
  if (state.typed !== '') return;
  if (state.unfinished !== null) {
    state.unfinished = null;
    say(shell, 'stderr', 'bash: syntax error: unexpected end of file\n');
    return;
  }
  say(shell, 'typed', 'exit\n');
  if (state.foreground === null) shell.exit(state.session.status);
}

/** Lines of what was done elsewhere stand where they would if they had been typed here. */
function showDone(shell: Shell): void {
  const { state, env } = shell;
  for (const line of state.shown) {
    if (!state.hasPrompt) say(shell, 'prompt', prompt(state, env.host));
    say(shell, 'typed', `${line}\n`);
    state.hasPrompt = false;
    remember(shell, line);
  }
  state.shown = [];
}

function remember({ state }: Shell, line: string): void {
  const { session } = state;
  if (line.trim() === '' || session.history[session.history.length - 1] === line) return;
  state.session = { ...session, history: [...session.history, line].slice(-HISTORY_KEPT) };
}

function read(shell: Shell, line: string): void {
  const { state } = shell;
  const parsed = parse(line);
  if (parsed.type === 'incomplete') {
    if (shell.config.line !== undefined) {
      shell.complain('bash: syntax error: unexpected end of file\n');
      state.session = { ...state.session, status: 2 };
      return;
    }
    state.unfinished = line;
    return;
  }
  state.unfinished = null;
  remember(shell, line);
  if (parsed.type === 'error') {
    say(shell, 'stderr', `bash: ${parsed.message}\n`);
    state.session = { ...state.session, status: 2 };
    return;
  }
  state.todo = parsed.list;
}

/** The number and process id of a job that went to the background: at once. */
function tellOfNewJobs(shell: Shell): void {
  const { state, env } = shell;
  state.background = state.background.map((job) => {
    const child = job.stages.findLast((stage) => stage.type === 'child');
    const process = child?.type === 'child' ? findProcess(env.system.world, child.process) : undefined;
    if (!job.isNew || process === undefined || process.pid === 0) return job;
    say(shell, 'stdout', `[${job.id}] ${process.pid}\n`);
    state.hasPrompt = false;
    state.lastBackgroundPid = process.pid;
    return { ...job, isNew: false };
  });
}

/** That a job of the background ended is told before the next prompt, not in the middle of a line. */
function tellOfEndedJobs(shell: Shell): void {
  const { state } = shell;
  const isOver = (job: Job): boolean => job.stages.every((stage) => stage.type === 'ended');
  for (const [index, job] of state.background.entries()) {
    if (isOver(job)) say(shell, 'stdout', `${jobLine(job, index === state.background.length - 1 ? '+' : '-')}\n`);
  }
  state.background = state.background.filter((job) => !isOver(job));
}
