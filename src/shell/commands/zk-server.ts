/** `zkServer.sh` of the image's ZooKeeper 3.7.0: `status` and what else needs no second server. */
import { done, failed, freeName, lines, type Command, type Context, type Result } from '../command.ts';
import { HOME } from '../docker/zookeeper-image.ts';
import type { PlaybackStep } from '../programs/playback.ts';
import type { StatusConfig } from '../programs/zk-server-status.ts';

const JMX = 'ZooKeeper JMX enabled by default\n';
const NOT_MODELLED: readonly string[] = ['start', 'start-foreground', 'restart', 'print-cmd'];

/** What `grep PATTERN zoo.cfg | sed 's/.*=//'` gives. */
const valuesOf = (cfg: string, pattern: RegExp): string =>
  cfg.split('\n').filter((line) => pattern.test(line)).map((line) => line.slice(line.lastIndexOf('=') + 1)).join('\n');

const says = (stdout: string): PlaybackStep => ({ afterMs: 0, stdout });
const missing = (path: string): PlaybackStep => ({ afterMs: 0, stderr: `grep: ${path}: No such file or directory\n` });

interface Found {
  /** What the script says while it looks. */
  readonly said: readonly PlaybackStep[];
  readonly address: string;
  /** Empty: there is none. */
  readonly port: string;
}

const portOf = (place: string): string => place.slice(place.lastIndexOf(':') + 1);
const addressOf = (place: string, otherwise: string): string => (/^.*:\d+/.test(place) ? place.slice(0, place.indexOf(':')) : otherwise);

/** Where the client port is written: in a key of its own, or behind this server's line. */
function clientPort(path: string, context: Context): Found {
  const cfg = context.files.text(path);
  const text = cfg ?? '';
  /** Each look at a file that is not there. */
  const looks = (count: number): readonly PlaybackStep[] => (cfg === undefined ? Array.from({ length: count }, () => missing(path)) : []);
  const address = valuesOf(text, /^\s*clientPortAddress[^A-Za-z]/) || 'localhost';
  const own = valuesOf(text, /^\s*clientPort[^A-Za-z]/);
  if (/^\d+$/.test(own)) return { said: looks(4), address, port: own };
  const myid = (context.files.text(`${valuesOf(text, /^\s*dataDir/)}/myid`) ?? '').trim();
  if (!/^\d+$/.test(myid)) {
    return { said: [...looks(5), says('myid could not be determined, will not able to locate clientPort in the server configs.\n')], address, port: '' };
  }
  const lineOf = (one: string): string => valuesOf(one, new RegExp(`^\\s*server.${myid}=.*;.*`)).replace(/^.*;/, '');
  const place = lineOf(text);
  if (place !== '') return { said: [], address: addressOf(place, address), port: portOf(place) };
  const dynamic = valuesOf(text, /^\s*dynamicConfigFile/);
  const found = context.files.text(dynamic);
  const inDynamic = lineOf(found ?? '');
  const said = [
    says('Client port not found in static config file. Looking in dynamic config file.\n'),
    ...(found === undefined ? [missing(dynamic)] : []),
    ...(inDynamic === '' ? [says('Client port not found in the server configs\n')] : []),
  ];
  return { said, address: addressOf(inDynamic, address), port: portOf(inDynamic) };
}

const UNABLE =
  'Client port not found. Looking for secureClientPort in the static config.\nUnable to find either secure or unsecure client port in any configs. Terminating.\n';

function status(path: string, stderr: string, context: Context): Result {
  const { said, address, port } = clientPort(path, context);
  const child = (program: string, config: unknown): Result => ({
    type: 'child',
    process: { name: freeName(context.world, 'zkServer-status'), program, host: context.host, parent: context.shell, commandLine: `/bin/bash ${HOME}/bin/zkServer.sh status`, config },
  });
  const steps = [{ afterMs: 0, stderr }, ...said];
  if (port === '') return child('playback', { steps: [...steps, says(UNABLE)], exitCode: 1 });
  const found = says(`Client port found: ${port}. Client address: ${address}. Client SSL: false.\n`);
  return child('zk-server-status', { host: address, port: Number(port), said: [...steps, found] } satisfies StatusConfig);
}

export const zkServer: Command = {
  name: 'zkServer.sh',
  summary: { en: 'what the ZooKeeper server of a container is: `zkServer.sh status`', 'zh-CN': '查看容器中 ZooKeeper 服务器的状态：`zkServer.sh status`' },
  run(args, context) {
    if (context.files.content(`${HOME}/bin/zkServer.sh`) === undefined) return failed('bash: zkServer.sh: command not found', 127);
    const hasDirectory = args[0] === '--config' && args.length > 1;
    const directory = hasDirectory ? args[1]! : (context.session.variables.ZOOCFGDIR ?? `${HOME}/conf`);
    const [verb = '', file = 'zoo.cfg'] = hasDirectory ? args.slice(2) : args;
    const path = file.includes('/') ? file : `${directory}/${file}`;
    const stderr = `${JMX}Using config: ${path}\n`;
    const answer = (stdout: string): Result => ({ ...done(stdout, { errorsFirst: true }), stderr });
    if (verb === 'status') return status(path, stderr, context);
    if (verb === 'version') return answer('Apache ZooKeeper, version 3.7.0 2021-03-17 09:46 UTC\n');
    // The image's server runs in the foreground and leaves no such file.
    if (verb === 'stop') return answer(`Stopping zookeeper ... no zookeeper to stop (could not find file ${valuesOf(context.files.text(path) ?? '', /^\s*dataDir/)}/zookeeper_server.pid)\n`);
    if (NOT_MODELLED.includes(verb)) {
      return failed(lines([`zkServer.sh ${verb}: a second server in a container is not modelled in this lab; use docker restart`, `zkServer.sh ${verb}：本实验室没有模拟容器内的第二个服务器；请用 docker restart`]));
    }
    return failed(`${stderr}Usage: ${HOME}/bin/zkServer.sh [--config <conf-dir>] {start|start-foreground|stop|version|restart|status|print-cmd}`, 0);
  },
};
