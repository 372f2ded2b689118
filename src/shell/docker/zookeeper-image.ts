/** The entry point of the image `zookeeper:3.7.0` (docker-entrypoint.sh): zoo.cfg and myid are only written where there are none. */
import type { QuorumServer, ServerConfig } from '../../zookeeper/server-state.ts';

export const EXPOSED_PORTS = [2181, 2888, 3888, 8080] as const;
export const VOLUMES = ['/data', '/datalog', '/logs'] as const;
export const COMMAND = ['/docker-entrypoint.sh', 'zkServer.sh', 'start-foreground'] as const;

/** `NAME=value` lines by their names. */
export const variablesOf = (env: readonly string[]): Record<string, string> => Object.fromEntries(env.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]));

/** Whether a container's first process is a server: the entry point runs whatever it is given. */
export const runsServer = ({ command }: { readonly command: readonly string[] }): boolean => command[1] === 'zkServer.sh';
export const HOME = '/apache-zookeeper-3.7.0-bin';
export const IMAGE_ENV = [
  `PATH=/usr/local/openjdk-11/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${HOME}/bin`,
  'LANG=C.UTF-8',
  'JAVA_HOME=/usr/local/openjdk-11',
  'JAVA_VERSION=11.0.11+9',
  'ZOO_CONF_DIR=/conf',
  'ZOO_DATA_DIR=/data',
  'ZOO_DATA_LOG_DIR=/datalog',
  'ZOO_LOG_DIR=/logs',
  'ZOO_TICK_TIME=2000',
  'ZOO_INIT_LIMIT=5',
  'ZOO_SYNC_LIMIT=2',
  'ZOO_AUTOPURGE_PURGEINTERVAL=0',
  'ZOO_AUTOPURGE_SNAPRETAINCOUNT=3',
  'ZOO_MAX_CLIENT_CNXNS=60',
  'ZOO_STANDALONE_ENABLED=true',
  'ZOO_ADMINSERVER_ENABLED=true',
  `ZOOCFGDIR=/conf`,
] as const;

export function variable(env: readonly string[], name: string): string {
  const found = env.findLast((one) => one.startsWith(`${name}=`));
  return found === undefined ? '' : found.slice(name.length + 1);
}

/** What the entry point writes to /conf/zoo.cfg, in its order. */
export function zooCfg(env: readonly string[]): string {
  const of = (name: string): string => variable(env, name);
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  const servers = words(of('ZOO_SERVERS'));
  const whitelist = of('ZOO_4LW_COMMANDS_WHITELIST');
  return [
    `dataDir=${of('ZOO_DATA_DIR')}`,
    `dataLogDir=${of('ZOO_DATA_LOG_DIR')}`,
    `tickTime=${of('ZOO_TICK_TIME')}`,
    `initLimit=${of('ZOO_INIT_LIMIT')}`,
    `syncLimit=${of('ZOO_SYNC_LIMIT')}`,
    `autopurge.snapRetainCount=${of('ZOO_AUTOPURGE_SNAPRETAINCOUNT')}`,
    `autopurge.purgeInterval=${of('ZOO_AUTOPURGE_PURGEINTERVAL')}`,
    `maxClientCnxns=${of('ZOO_MAX_CLIENT_CNXNS')}`,
    `standaloneEnabled=${of('ZOO_STANDALONE_ENABLED')}`,
    `admin.enableServer=${of('ZOO_ADMINSERVER_ENABLED')}`,
    ...(servers.length > 0 ? servers : ['server.1=localhost:2888:3888;2181']),
    ...(whitelist === '' ? [] : [`4lw.commands.whitelist=${whitelist}`]),
    ...words(of('ZOO_CFG_EXTRA')),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** `server.1=zoo1:2888:3888[:participant];[addr:]2181`; undefined: it is no such line. */
function serverLine(key: string, value: string): QuorumServer | undefined {
  const sid = /^server\.(\d+)$/.exec(key)?.[1];
  const [address = '', client] = value.split(';');
  const [host, quorum, election] = address.split(':');
  if (sid === undefined || host === undefined || host === '' || !/^\d+$/.test(quorum ?? '') || !/^\d+$/.test(election ?? '')) return undefined;
  const colon = client?.lastIndexOf(':') ?? -1;
  const clientPort = Number(client?.slice(colon + 1));
  const clientPart = clientPort > 0 ? { clientPort, ...(colon > 0 ? { clientAddress: client!.slice(0, colon) } : {}) } : {};
  return { sid: Number(sid), host, quorumPort: Number(quorum), electionPort: Number(election), ...clientPart };
}

/** Whether the first line of `myid` is what Long.parseLong takes, as far as a number here is exact. */
export function isServerId(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text));
}

/** What a server says of one that is not, before it ends with status 2 (QuorumPeerConfig.setupMyId). */
export function notAServerId(text: string): string {
  return `org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing /conf/zoo.cfg\nCaused by: java.lang.IllegalArgumentException: serverid ${text} is not a number`;
}

/** The server's configuration as it reads it from its file; a text: why it cannot (QuorumPeerConfig), which ends it with status 2. */
export function serverConfig(text: string, myid: number): ServerConfig | string {
  const servers: QuorumServer[] = [];
  const keys: Record<string, string> = {};
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = (equals < 0 ? line : line.slice(0, equals)).trim();
    const value = equals < 0 ? '' : line.slice(equals + 1).trim();
    if (!key.startsWith('server.')) {
      keys[key] = value;
      continue;
    }
    const server = serverLine(key, value);
    if (server === undefined) return `org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing ${text.includes('/conf') ? text : '/conf/zoo.cfg'}\nCaused by: ${value} does not have the form server_config or server_config;client_config where server_config is the pipe separated list of host:port:port or host:port:port:type and client_config is port or host:port`;
    servers.push(server);
  }
  const number = (key: string): number | undefined => (/^\d+$/.test(keys[key] ?? '') ? Number(keys[key]) : undefined);
  const tickTimeMs = number('tickTime');
  const initLimit = number('initLimit');
  const syncLimit = number('syncLimit');
  const clientPort = number('clientPort');
  const maxClientCnxns = number('maxClientCnxns');
  const snapCount = number('snapCount');
  const fourLetterWords = keys['4lw.commands.whitelist'];
  return {
    myid,
    servers,
    ...(tickTimeMs === undefined ? {} : { tickTimeMs }),
    ...(initLimit === undefined ? {} : { initLimit }),
    ...(syncLimit === undefined ? {} : { syncLimit }),
    ...(clientPort === undefined ? {} : { clientPort }),
    ...(maxClientCnxns === undefined ? {} : { maxClientCnxns }),
    ...(snapCount === undefined ? {} : { snapCount }),
    ...(fourLetterWords === undefined ? {} : { fourLetterWords }),
  };
}
