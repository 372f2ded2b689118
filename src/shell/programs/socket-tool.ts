/** A tool that opens one connection and says what became of it: `nc`, `telnet`, `curl`. What it sends and gets are raw texts. */
import type { ConnectFailure, ConnectionId, Env, Message, Program } from '../../kernel/program.ts';

export interface SocketToolConfig {
  readonly kind: 'nc' | 'telnet' | 'curl';
  readonly host: string;
  readonly port: number;
  readonly isLook?: boolean;
  readonly isVerbose?: boolean;
  /** Says nothing of what goes wrong. */
  readonly isSilent?: boolean;
  readonly waitMs?: number;
}

/** Its configuration, and the address that was found for the host. */
type Dialled = SocketToolConfig & { readonly address: string };

interface SocketTool {
  readonly config: SocketToolConfig;
  readonly connection: ConnectionId;
  readonly isOpen: boolean;
  readonly typed: string;
}

const ERRORS: Readonly<Record<SocketToolConfig['kind'], Readonly<Record<ConnectFailure, (config: Dialled) => { readonly text: string; readonly code: number }>>>> = {
  nc: {
    refused: () => ({ text: 'Ncat: Connection refused.', code: 1 }),
    timedOut: () => ({ text: 'Ncat: Connection timed out.', code: 1 }),
    noRoute: () => ({ text: 'Ncat: No route to host.', code: 1 }),
    unknownHost: ({ host }) => ({ text: `Ncat: Could not resolve hostname "${host}": Name or service not known. QUITTING.`, code: 2 }),
  },
  telnet: {
    refused: ({ address }) => ({ text: `telnet: connect to address ${address}: Connection refused`, code: 1 }),
    timedOut: ({ address }) => ({ text: `telnet: connect to address ${address}: Connection timed out`, code: 1 }),
    noRoute: ({ address }) => ({ text: `telnet: connect to address ${address}: No route to host`, code: 1 }),
    unknownHost: ({ host }) => ({ text: `telnet: ${host}: Name or service not known\n${host}: Unknown host`, code: 1 }),
  },
  curl: {
    refused: ({ host, port }) => ({ text: `curl: (7) Failed connect to ${host}:${port}; Connection refused`, code: 7 }),
    timedOut: ({ host, port }) => ({ text: `curl: (7) Failed connect to ${host}:${port}; Connection timed out`, code: 7 }),
    noRoute: ({ host, port }) => ({ text: `curl: (7) Failed connect to ${host}:${port}; No route to host`, code: 7 }),
    unknownHost: ({ host }) => ({ text: `curl: (6) Could not resolve host: ${host}`, code: 6 }),
  },
};

function opened(state: SocketTool, env: Env): SocketTool {
  const { config, connection, typed } = state;
  const { kind, host } = config;
  if (kind === 'nc') {
    const says = (text: string): void => {
      if (config.isVerbose === true) env.print('stderr', `Ncat: ${text}\n`);
    };
    says(`Connected to ${env.lookUp(host)?.address ?? host}:${config.port}.`);
    if (config.isLook === true) {
      says('0 bytes sent, 0 bytes received in 0.01 seconds.');
      env.exit(0);
    }
  }
  if (kind === 'telnet') env.print('stdout', `Connected to ${host}.\nEscape character is '^]'.\n`);
  if (kind === 'curl') {
    // Neither a broker nor ZooKeeper speaks HTTP: it closes without an answer.
    if (config.isSilent !== true) env.print('stderr', 'curl: (52) Empty reply from server\n');
    env.exit(52);
  }
  if (typed !== '') env.send(connection, { type: 'Text', text: typed } as Message);
  return { ...state, isOpen: true, typed: '' };
}

export const socketToolProgram: Program<SocketTool, SocketToolConfig> = {
  start(config, env) {
    const address = env.lookUp(config.host)?.address;
    if (config.kind === 'telnet' && address !== undefined) env.print('stdout', `Trying ${address}...\n`);
    if (config.kind === 'nc' && config.isVerbose === true) env.print('stderr', 'Ncat: Version 7.50 ( https://nmap.org/ncat )\n');
    if (config.waitMs !== undefined && config.waitMs > 0) env.setTimer('wait', config.waitMs * 1_000);
    return { config, connection: env.connect({ host: config.host, port: config.port }, 'socket'), isOpen: false, typed: '' };
  },
  handle(state, event, env) {
    switch (event.type) {
      case 'connected':
        return opened(state, env);
      case 'connectFailed': {
        const { text, code } = ERRORS[state.config.kind][event.reason]({ ...state.config, address: env.lookUp(state.config.host)?.address ?? state.config.host });
        if (state.config.isSilent !== true) env.print('stderr', `${text}\n`);
        env.exit(code);
        return state;
      }
      case 'received': {
        const { text } = event.message as Message & { readonly text?: string };
        if (text !== undefined) env.print('stdout', text);
        return state;
      }
      case 'closed':
        if (state.config.kind === 'telnet') env.print('stderr', 'Connection closed by foreign host.\n');
        env.exit(state.config.kind === 'telnet' ? 1 : 0);
        return state;
      case 'timer':
        if (!state.isOpen) {
          env.print('stderr', 'Ncat: Connection timed out.\n');
          env.exit(1);
        }
        return state;
      case 'command': {
        const { type, text = '' } = event.command as Message & { readonly text?: string };
        if (type === 'input' && state.isOpen) env.send(state.connection, { type: 'Text', text } as Message);
        else if (type === 'input') return { ...state, typed: state.typed + text };
        return state;
      }
      case 'signal':
        env.exit(event.signal === 'SIGINT' ? 130 : 143);
        return state;
      default:
        return state;
    }
  },
};
