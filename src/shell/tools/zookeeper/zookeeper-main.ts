/**
 * ZooKeeper's command line client (`org.apache.zookeeper.ZooKeeperMain`) as a process with a session of its own: `zkCli.sh` of 3.7.0, which
 * edits its lines with JLine and shows a prompt, and the 3.4.14 behind Kafka's `zookeeper-shell.sh`, which reads plain lines. The main thread
 * carries out one command at a time; events of the session are printed when they come.
 */
import type { Env, LogLevel, ProcessEvent, Program } from '../../../kernel/program.ts';
import { clientStateName, closeClient, handleClient, isClosed, ownsEvent, startClient, submit, type ClientOutput, type Result, type ZooKeeperClient } from '../../../zookeeper/client.ts';
import { parseConnectString } from '../../../zookeeper/connect-string.ts';
import { environment } from '../../../zookeeper/environment.ts';
import { feed, NO_INPUT, readLine, type Input, type InputCommand } from '../input.ts';
import { JavaException, JVM_START, uncaught } from '../java.ts';
import type { Tool } from '../tool.ts';
import type { Answered, Script, Wish } from './asking.ts';
import { readStartup, splitLine } from './command-line.ts';
import * as commands34 from './commands-3.4.ts';
import * as commands37 from './commands-3.7.ts';
import { numberFormat, parseInteger } from './cli-command.ts';
import { consoleOn, type Console, type Dialect } from './console.ts';

export interface MainConfig {
  readonly dialect: Dialect;
  /** As given; the prompt shows it. */
  readonly connect: string;
  readonly timeout: string;
  readonly waitsForConnection: boolean;
  /** Carried out instead of what is typed. */
  readonly command: readonly string[] | null;
  /** Of 3.7.0's console; null: it shows no log. */
  readonly level: LogLevel | null;
  /** What was wrong with its options. */
  readonly complaints: readonly string[];
}

/** A command that goes on: what it asked was answered so far, and which answers of its last request have come. */
interface Running {
  readonly words: readonly string[];
  readonly answers: readonly unknown[];
  readonly waitsFor: Wish['type'];
  readonly arrived: Readonly<Record<number, Answered>>;
  readonly expected: number;
}

export interface MainState {
  readonly config: MainConfig;
  /** null before `main`, or where it could not be made. */
  readonly client: ZooKeeperClient | null;
  /** The one connected to last. */
  readonly connect: string;
  readonly input: Input;
  /** By number; `redo` puts what it repeats in its own place. */
  readonly history: Readonly<Record<number, string>>;
  readonly commandCount: number;
  readonly printsWatches: boolean;
  readonly exitCode: number;
  /** Words that were split last: a line without any repeats them. */
  readonly words: readonly string[] | null;
  readonly isPrompted: boolean;
  readonly running: Running | null;
  /** Before the first prompt, until `quit` has closed the session, or nothing of both. */
  readonly phase: 'starting' | 'connecting' | 'reading' | 'quitting';
  readonly connections: number;
}

/** What JLine needs until it asks for the first line: less than the session does. */
const CONSOLE_START = 5_000;
/** Hash codes of the watcher's objects: a machine gives them in the same order every time. */
const WATCHERS = ['589838eb', '6ec8211c'];

/** Where ZooKeeperMain.java calls what may throw: the method, and the line. */
const METHODS: Readonly<Record<Dialect, Readonly<Record<string, readonly [method: string, line: number]>>>> = {
  '3.7.0': {
    processCmd: ['processCmd', 367], executeLine: ['executeLine', 359], run: ['run', 327], runOnce: ['run', 350], main: ['main', 293], construct: ['main', 292],
    '<init>': ['<init>', 299], connectToZK: ['connectToZK', 281], wait: ['connectToZK', 285], connect: ['processZKCmd', 422], words: ['processZKCmd', 377], redo: ['processZKCmd', 397],
  },
  '3.4.14': {
    processCmd: ['processCmd', 600], executeLine: ['executeLine', 372], run: ['run', 358], runOnce: ['run', 363], main: ['main', 291], construct: ['main', 290],
    '<init>': ['<init>', 297], connectToZK: ['connectToZK', 282], connect: ['processZKCmd', 677], words: ['processZKCmd', 630], redo: ['processZKCmd', 652],
  },
};

const commandsOf = (dialect: Dialect): typeof commands37 | typeof commands34 => (dialect === '3.7.0' ? commands37 : commands34);

class Main {
  state: { -readonly [Key in keyof MainState]: MainState[Key] };
  private hasEnded = false;

  readonly env: Env;
  private readonly console: Console;

  constructor(state: MainState, env: Env, event: ProcessEvent | null) {
    this.state = { ...state };
    this.console = consoleOn(env, state.config.dialect, state.config.level, event);
    this.env = this.console.env;
  }

  private get is37(): boolean {
    return this.state.config.dialect === '3.7.0';
  }

  private out(text: string): void {
    this.env.print('stdout', text);
  }

  private log(level: LogLevel, place: string, text: string): void {
    this.env.log({ level, file: 'client', text: `[${place}] - ${text}` });
    this.console.release();
  }

  begin(): void {
    const { config } = this.state;
    for (const complaint of config.complaints) this.env.print('stderr', `${complaint}\n`);
    this.out(`Connecting to ${config.connect}\n`);
    if (this.is37) for (const [key, value] of environment(this.env.host, 'root')) this.log('INFO', 'main:Environment@98', `Client environment:${key}=${value}`);
    if (!this.connectTo(config.connect)) return;
    this.state.phase = config.waitsForConnection ? 'connecting' : 'starting';
    if (config.waitsForConnection) this.env.setTimer('connection', Number(config.timeout) * 1_000);
    else this.welcome();
  }

  private welcome(): void {
    if (this.state.config.command === null) this.out(`Welcome to ZooKeeper!\nJLine support is ${this.is37 ? 'enabled' : 'disabled'}\n`);
    this.state.phase = 'starting';
    this.env.setTimer('console', this.state.config.command === null ? CONSOLE_START : 0);
  }

  /** False: the client ended over it. */
  private connectTo(connect: string): boolean {
    const { state, env } = this;
    const timeoutMs = parseInteger(state.config.timeout);
    const place = ['connectToZK', state.phase === 'reading' ? 'connect' : '<init>'];
    if (timeoutMs === undefined) return this.die(numberFormat(state.config.timeout, []), ...place);
    if (state.client && !isClosed(state.client)) this.take(closeClient(state.client, env));
    if (state.client && state.client.connection !== null) env.close(state.client.connection);
    state.connect = connect;
    const { servers, chroot, problem } = parseConnectString(connect, this.is37 ? '3.7' : '3.4');
    if (this.is37) {
      const watcher = WATCHERS[state.connections] ?? (0x2f_0e_14_0b + state.connections * 0x01_3c_5a_11).toString(16);
      this.log('INFO', 'main:ZooKeeper@637', `Initiating client connection, connectString=${connect} sessionTimeout=${timeoutMs} watcher=org.apache.zookeeper.ZooKeeperMain$MyWatcher@${watcher}`);
      if (state.connections === 0) this.log('INFO', 'main:X509Util@77', 'Setting -D jdk.tls.rejectClientInitiatedRenegotiation=true to disable client-initiated TLS renegotiation');
      this.log('INFO', 'main:ClientCnxnSocket@239', 'jute.maxbuffer value is 1048575 Bytes');
      this.log('INFO', 'main:ClientCnxn@1726', 'zookeeper.request.timeout value is 0. feature enabled=false');
    }
    state.connections++;
    if (problem !== undefined) {
      const colon = problem.indexOf(': ');
      return this.die(new JavaException(problem.slice(0, colon), problem.slice(colon + 2)), ...place);
    }
    this.take(startClient({ servers, sessionTimeoutMs: timeoutMs, ...(chroot === '' ? {} : { chroot }) }, env));
    return true;
  }

  /** An exception that nobody catches; `methods` of ZooKeeperMain below those that every command is called by. False. */
  private die({ className, message, frames }: JavaException, ...methods: readonly string[]): false {
    const { phase, config } = this.state;
    const isCommand = phase === 'reading';
    const callers = isCommand ? ['processCmd', ...(config.command === null ? ['executeLine', 'run'] : ['runOnce'])] : [];
    const own = [...methods, ...callers, isCommand ? 'main' : 'construct'].map((method) => {
      const [name = method, line = 0] = METHODS[config.dialect][method] ?? [];
      return `org.apache.zookeeper.ZooKeeperMain.${name}(ZooKeeperMain.java:${line})`;
    });
    this.env.print('stderr', uncaught(new JavaException(className, message, [...frames, ...own])));
    this.hasEnded = true;
    this.env.exit(1);
    return false;
  }

  exit(): void {
    if (this.hasEnded) return;
    if (this.is37) this.log('ERROR', 'main:ServiceUtils@42', `Exiting JVM with code ${this.state.exitCode}`);
    this.hasEnded = true;
    this.env.exit(this.is37 ? this.state.exitCode : 0);
  }

  // ------------------------------------------------------------- the session

  take({ client, outputs }: Result): void {
    this.state.client = client;
    // The last event of a session is delivered before anything is logged of its end.
    const isOver = outputs.some((output) => output.type === 'state' && (output.state === 'Closed' || output.state === 'Expired'));
    if (!isOver) this.console.release();
    for (const output of outputs) this.hear(output);
    this.console.release();
  }

  private hear(output: ClientOutput): void {
    const { state } = this;
    if (output.type === 'reply') {
      const { running } = state;
      if (running?.waitsFor !== 'ask') return;
      const { err, result } = output;
      state.running = { ...running, arrived: { ...running.arrived, [output.token as number]: { err, ...(result === undefined ? {} : { result }) } } };
      return;
    }
    const event = output.type === 'watch' ? output.event : { state: output.state, type: 'None', path: 'null' };
    // The older client says nothing of a session that it closed itself.
    if (state.printsWatches && (this.is37 || event.state !== 'Closed')) this.out(`\nWATCHER::\n\nWatchedEvent state:${event.state} type:${event.type} path:${event.path}\n`);
    if (event.state === 'SyncConnected' && state.phase === 'connecting') {
      this.env.clearTimer('connection');
      this.welcome();
    }
  }

  connectionTimedOut(): void {
    this.take(closeClient(this.state.client!, this.env));
    this.die(new JavaException('java.io.IOException', 'org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = ConnectionLoss'), 'wait', '<init>');
  }

  // ---------------------------------------------------------- the main thread

  /** As far as it gets without waiting. */
  proceed(): void {
    const { state } = this;
    while (!this.hasEnded) {
      if (state.phase === 'quitting') {
        if (state.client !== null && !isClosed(state.client)) return;
        return this.exit();
      }
      if (state.phase !== 'reading') return;
      if (state.running) {
        if (!this.goOn()) return;
        continue;
      }
      const { command } = state.config;
      if (command !== null) {
        if (state.commandCount > 0) return this.exit();
        state.words = command;
        state.commandCount = 1;
        this.processCommand();
        continue;
      }
      if (this.is37 && !state.isPrompted) {
        this.out(`[zk: ${state.connect}(${clientStateName(state.client!)}) ${state.commandCount}] `);
        state.isPrompted = true;
      }
      const read = readLine(state.input);
      if (!read) return;
      state.input = read.input;
      state.isPrompted = false;
      if (read.line === null) return this.exit();
      // JLine shows what it reads when it reads it.
      if (this.is37) this.out(`${read.line}\n`);
      if (read.line !== '') this.executeLine(read.line);
    }
  }

  private executeLine(line: string): void {
    const { state } = this;
    const words = splitLine(line);
    if (words.length > 0) state.words = words;
    state.history = { ...state.history, [state.commandCount]: line };
    this.processCommand();
    if (!state.running) state.commandCount++;
  }

  /** `processCmd`: what belongs to the main loop is done at once, the rest is begun. */
  private processCommand(): void {
    const { state } = this;
    const { words } = state;
    if (words === null) {
      this.die(new JavaException('java.lang.NullPointerException', '', [`org.apache.zookeeper.ZooKeeperMain$MyCommandOptions.getArgArray(ZooKeeperMain.java:${this.is37 ? 157 : 184})`]), 'words');
      return;
    }
    const commands = commandsOf(state.config.dialect);
    const [name = '', argument] = words;
    if (!commands.NAMES.includes(name)) {
      this.env.print('stderr', commands.usage());
      // The name stands behind the message it is put into.
      this.fail(this.is37 ? `Command not found: Command not found ${name}` : null, 127);
      return;
    }
    if (name === 'quit') return this.quit();
    if (name === 'redo' && argument !== undefined) return this.redo(argument);
    if (name === 'history') this.printHistory();
    else if (name === 'printwatches') {
      if (argument === undefined) this.out(`printwatches is ${state.printsWatches ? 'on' : 'off'}\n`);
      else state.printsWatches = argument === 'on';
    } else if (name === 'connect' && !this.connectTo(argument ?? state.connect)) return;
    state.exitCode = 0;
    if (isClosed(state.client!)) this.out('Not connected\n');
    else if (!['redo', 'history', 'printwatches', 'connect'].includes(name)) this.run(words, []);
  }

  private fail(message: string | null, exitCode: number): void {
    if (message !== null) this.env.print('stderr', `${message}\n`);
    this.state.exitCode = exitCode;
  }

  private quit(): void {
    const { state } = this;
    if (!this.is37) this.out('Quitting...\n');
    state.phase = 'quitting';
    this.take(closeClient(state.client!, this.env));
  }

  private printHistory(): void {
    const { history, commandCount } = this.state;
    for (let i = Math.max(commandCount - 10, 0); i <= commandCount; i++) this.out(`${i} - ${history[i] ?? 'null'}\n`);
  }

  private redo(argument: string): void {
    const { state } = this;
    const index = decode(argument);
    if (index === undefined) return void this.die(numberFormat(argument, []), 'redo');
    const refuse = (text: string): void => (this.is37 ? this.fail(text, 1) : this.out(`${text}\n`));
    const line = state.history[index];
    if (state.commandCount <= index || index < 0 || line === undefined) return refuse('Command index out of range');
    const words = splitLine(line);
    if (words.length > 0) state.words = words;
    if (state.words![0] === 'redo') return refuse('No redoing redos');
    state.history = { ...state.history, [state.commandCount]: line };
    this.processCommand();
  }

  // --------------------------------------------------------------- a command

  /** False: it waits. */
  private goOn(): boolean {
    const { state } = this;
    const { words, answers, waitsFor, arrived, expected } = state.running!;
    if (waitsFor === 'close') {
      if (!isClosed(state.client!)) return false;
      this.run(words, [...answers, null]);
    } else {
      if (Object.keys(arrived).length < expected) return false;
      this.run(words, [...answers, Array.from({ length: expected }, (_, i) => arrived[i]!)]);
    }
    if (!state.running && state.config.command === null) state.commandCount++;
    return true;
  }

  /** Plays the command over the answers it has, and on until it waits or ends. */
  private run(words: readonly string[], known: readonly unknown[]): void {
    const { state } = this;
    const answers = [...known];
    state.running = null;
    try {
      const script: Script<number> = commandsOf(state.config.dialect).run(words);
      let turn = script.next();
      for (const answer of known) turn = script.next(answer);
      while (!turn.done) {
        const wish = turn.value;
        if (wish.type !== 'print') return this.grant(words, answers, wish);
        this.env.print(wish.stream, wish.text);
        answers.push(null);
        turn = script.next(null);
      }
      state.exitCode = turn.value;
    } catch (error) {
      if (!(error instanceof JavaException)) throw error;
      this.die(error);
    }
  }

  private grant(words: readonly string[], answers: readonly unknown[], wish: Exclude<Wish, { readonly type: 'print' }>): void {
    const { state } = this;
    state.running = { words, answers, waitsFor: wish.type, arrived: {}, expected: wish.type === 'ask' ? wish.ops.length : 0 };
    if (wish.type === 'close') return this.take(closeClient(state.client!, this.env));
    for (const [index, op] of wish.ops.entries()) this.take(submit(state.client!, op, index, this.env));
  }
}

/** `Integer.decode`: also hexadecimal and octal. */
function decode(text: string): number | undefined {
  const [, sign = '', hex, octal] = /^([+-]?)(?:(?:0[xX]|#)([\da-fA-F]{1,8})|0([0-7]{1,11}))$/.exec(text) ?? [];
  const digits = hex === undefined ? (octal === undefined ? undefined : Number.parseInt(octal, 8)) : Number.parseInt(hex, 16);
  return digits === undefined ? parseInteger(text) : parseInteger(`${sign}${digits}`);
}

export const zooKeeperMain: Program<MainState, MainConfig> = {
  start(config, env) {
    env.setTimer('main', JVM_START);
    return {
      config, client: null, connect: config.connect, input: NO_INPUT, history: {}, commandCount: 0, printsWatches: true, exitCode: 0, words: null, isPrompted: false,
      running: null, phase: 'starting', connections: 0,
    };
  },

  handle(state, event, env) {
    if (event.type === 'signal') {
      env.exit(event.signal === 'SIGINT' ? 130 : event.signal === 'SIGHUP' ? 129 : 143);
      return state;
    }
    const main = new Main(state, env, event);
    if (event.type === 'command') main.state.input = feed(state.input, event.command as InputCommand);
    else if (state.client !== null && ownsEvent(event)) main.take(handleClient(state.client, event, main.env));
    else if (event.type === 'timer') {
      if (event.name === 'main') main.begin();
      else if (event.name === 'console') main.state.phase = 'reading';
      else if (event.name === 'connection') main.connectionTimedOut();
    }
    main.proceed();
    return main.state;
  },
};

/** As the scripts start it; of 3.4.14 the console shows warnings only (tools-log4j.properties). */
export function mainConfig(dialect: Dialect, args: readonly string[], level: LogLevel | null): MainConfig {
  const { server, timeout, waitsForConnection, command, complaints } = readStartup(args);
  return { dialect, connect: server, timeout, waitsForConnection: waitsForConnection && dialect === '3.7.0', command, level, complaints };
}

/** Kafka's own copy, by its class or through `zookeeper-shell.sh`. */
export const zooKeeperMainTool: Tool<MainConfig> = {
  name: null,
  mainClass: 'org.apache.zookeeper.ZooKeeperMain',
  options: [],
  program: 'zookeeper-main',
  body: zooKeeperMain as Program<unknown, MainConfig>,
  readsInput: true,
  plan: (args) => mainConfig('3.4.14', args, 'WARN'),
};
