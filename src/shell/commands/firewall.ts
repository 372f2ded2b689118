/** `firewall-cmd`, `iptables`, `tc`: what a machine lets in, as rules of its links. */
import { portRule, portVerdict, ruleId } from '../../cluster/actions.ts';
import type { LinkRule } from '../../kernel/network.ts';
import type { KernelAction } from '../../kernel/world.ts';
import { done, failed, lines, type Command, type Context, type DoneResult } from '../command.ts';
import { isActive } from './systemctl.ts';

const ZONE = '/etc/firewalld/zones/public.xml';
const RUNTIME = '/run/firewalld/ports';

const portsIn = (text: string | undefined): readonly string[] => (text ?? '').split('\n').filter((line) => /^\d+(-\d+)?\/(tcp|udp)$/.test(line));

/**
 * The public zone lets ssh in, and the ports that were opened; the rest is refused as prohibited. Opened for good (`--permanent`) means: from
 * the next reload on. A machine on which firewalld does not run lets everybody in.
 */
export const firewallCmd: Command = {
  name: 'firewall-cmd',
  summary: { en: 'opens ports: --zone=public --add-port=9092/tcp --permanent; --reload', 'zh-CN': '开放端口：--zone=public --add-port=9092/tcp --permanent；--reload' },
  run(args, context) {
    if (!isActive(context, 'firewalld')) return failed('FirewallD is not running', 252);
    const value = (name: string): string | undefined => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
    const isPermanent = args.includes('--permanent');
    const runtime = portsIn(context.files.text(RUNTIME));
    const permanent = portsIn(context.files.text(ZONE));
    const add = value('add-port');
    const remove = value('remove-port');
    const zone = value('zone');
    if (zone !== undefined && zone !== 'public') return failed(`Error: INVALID_ZONE: ${zone}`, 112);
    if (args.includes('--state')) return done('running\n');
    if (args.includes('--reload')) return done('success\n', { actions: [context.files.write(RUNTIME, lines(permanent)), ...wall(context.host, permanent)] });
    if (args.includes('--list-ports')) return done(`${(isPermanent ? permanent : runtime).join(' ')}\n`);
    if (args.includes('--list-all')) return done(lines(['public (active)', '  target: default', '  interfaces: eth0', '  services: dhcpv6-client ssh', `  ports: ${runtime.join(' ')}`]));
    const port = add ?? remove;
    if (port === undefined) return failed(`usage: see firewall-cmd man page\nNo option specified.`, 2);
    if (!/^\d+(-\d+)?\/(tcp|udp)$/.test(port)) return failed(`Error: INVALID_PORT: bad port (most likely missing protocol), correct syntax is portid[-portid]/protocol`, 102);
    const before = isPermanent ? permanent : runtime;
    if (add !== undefined && before.includes(port)) return done('success\n', { stderr: `Warning: ALREADY_ENABLED: ${port}\n` });
    const after = add === undefined ? before.filter((one) => one !== port) : [...before, port];
    return done('success\n', { actions: isPermanent ? [context.files.write(ZONE, lines(after))] : [context.files.write(RUNTIME, lines(after)), ...wall(context.host, after)] });
  },
};

/** The rule of firewalld: everything but the open ports. */
export function wall(host: string, open: readonly string[]): readonly KernelAction[] {
  const except = open.filter((port) => port.endsWith('/tcp')).flatMap((port) => {
    const [from, to = from] = port.replace('/tcp', '').split('-').map(Number);
    return Array.from({ length: Math.min(to! - from! + 1, 65_536) }, (_, i) => from! + i);
  });
  const rule: LinkRule = { id: `firewalld:${host}`, from: '*', to: '*', effect: { type: 'filter', machine: host, verdict: 'prohibit', except: [22, ...except] } };
  return [{ type: 'addRule', rule }];
}

interface Entry {
  readonly port: number;
  readonly target: 'DROP' | 'REJECT';
}

const entriesOf = (context: Context): readonly Entry[] =>
  context.world.network.rules.flatMap((rule) =>
    rule.id.startsWith(`iptables:${context.host}:`) && rule.effect.type === 'filter' ? [{ port: rule.port ?? 0, target: rule.effect.verdict === 'drop' ? ('DROP' as const) : ('REJECT' as const) }] : [],
  );

/** The containers of a machine, by address: what passes from one to another goes through the machine's FORWARD chain. */
const addressed = (context: Context): readonly { readonly host: string; readonly address: string }[] =>
  context.world.network.hosts.filter(({ bridgedBy }) => bridgedBy === context.host).flatMap(({ name, networks }) => (networks ?? []).map(({ address }) => ({ host: name, address })));

/** Who can send and receive there. Simplified: a rule concerns those who run when it is made. */
const membersOf = (world: Context['world'], host: string): readonly string[] =>
  world.processes.filter((process) => process.host === host && process.program !== 'bash' && (process.status === 'running' || process.status === 'paused')).map(({ name }) => name);

/** What is dropped between containers, whoever saw to it. */
function dropped(context: Context): readonly { readonly rule: LinkRule; readonly from: string; readonly to: string }[] {
  const { network, processes } = context.world;
  const known = addressed(context);
  const addressOf = (process: string): string | undefined => known.find(({ host }) => host === processes.find(({ name }) => name === process)?.host)?.address;
  return network.rules.flatMap((rule) => {
    const [from, to] = [addressOf(rule.from), addressOf(rule.to)];
    return rule.effect.type === 'cut' && from !== undefined && to !== undefined ? [{ rule, from, to }] : [];
  });
}

const forwardRows = (context: Context): readonly string[] =>
  dropped(context).map(({ rule: { port }, from, to }) => `${'DROP'.padEnd(10)} ${port === undefined ? 'all' : 'tcp'}  --  ${from.padEnd(20)} ${to.padEnd(20)}${port === undefined ? '' : ` tcp dpt:${port}`}`);

/** `-I|-A|-D FORWARD -s A[,B…] -d C[,D…] [-p tcp --dport N] -j DROP`: one rule for each pair. */
function forward(args: readonly string[], context: Context): DoneResult {
  const after = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const notModelled = failed('iptables: in FORWARD only -s ADDRESS[,…] -d ADDRESS[,…] [-p tcp --dport PORT] -j DROP is modelled here', 2);
  const port = after('--dport') === undefined ? undefined : Number(after('--dport'));
  if (args.length !== (port === undefined ? 8 : 12) || after('-j') !== 'DROP') return notModelled;
  if (port !== undefined && (after('-p') !== 'tcp' || !(port > 0 && port < 65_536))) return notModelled;
  const known = addressed(context);
  const ends = (name: '-s' | '-d') => (after(name) ?? '').split(',').map((address) => known.find((one) => one.address === address.replace(/\/32$/, ''))?.host);
  const [from, to] = [ends('-s'), ends('-d')];
  const rules = from.flatMap((a) => to.flatMap((b) => membersOf(context.world, a ?? '').flatMap((one) => membersOf(context.world, b ?? '').map((other): LinkRule => ({ id: ruleId('cut', one, other, port), from: one, to: other, effect: { type: 'cut' }, ...(port === undefined ? {} : { port }) })))));
  if (args.includes('-D')) {
    const standing = rules.filter(({ id }) => context.world.network.rules.some((rule) => rule.id === id));
    return standing.length > 0 ? done('', { actions: standing.map(({ id }) => ({ type: 'removeRule', id })) }) : failed('iptables: Bad rule (does a matching rule exist in that chain?).');
  }
  // An address that nobody has here can be written in a rule, which then never applies.
  return done('', { actions: rules.map((rule) => ({ type: 'addRule', rule })) });
}

export const iptables: Command = {
  name: 'iptables',
  summary: { en: 'drops or rejects a port: -A INPUT -p tcp --dport 9092 -j DROP', 'zh-CN': '丢弃或拒绝某端口：-A INPUT -p tcp --dport 9092 -j DROP' },
  run(args, context) {
    const after = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    const isForwarded = ['-A', '-I', '-D', '-L', '-F'].some((verb) => after(verb) === 'FORWARD');
    if (isForwarded && !args.includes('-L') && !args.includes('-F')) return forward(args, context);
    if (args.includes('-L') || args.includes('--list')) {
      const rows = entriesOf(context).map(({ port, target }) => `${target.padEnd(10)} tcp  --  anywhere             anywhere             tcp dpt:${port}${target === 'REJECT' ? ' reject-with icmp-port-unreachable' : ''}`);
      return done(lines(['Chain INPUT (policy ACCEPT)', 'target     prot opt source               destination         ', ...rows, '', 'Chain FORWARD (policy ACCEPT)', 'target     prot opt source               destination         ', ...forwardRows(context), '', 'Chain OUTPUT (policy ACCEPT)', 'target     prot opt source               destination         ']));
    }
    if (args.includes('-F')) {
      const input = after('-F') === 'FORWARD' ? [] : entriesOf(context).map(({ port }) => `iptables:${context.host}:${port}`);
      const between = after('-F') === 'INPUT' ? [] : dropped(context).map(({ rule }) => rule.id);
      return done('', { actions: [...input, ...between].map((id) => ({ type: 'removeRule', id })) });
    }
    const verb = ['-A', '-I', '-D'].find((one) => args.includes(one));
    const port = Number(after('--dport'));
    const target = after('-j');
    if (verb === undefined || after(verb) !== 'INPUT' || after('-p') !== 'tcp' || !(port > 0 && port < 65_536) || (target !== 'DROP' && target !== 'REJECT')) {
      return failed('iptables: only -A|-I|-D INPUT -p tcp --dport PORT -j DROP|REJECT, -A|-I|-D FORWARD -s ADDRESS -d ADDRESS [-p tcp --dport PORT] -j DROP, -L and -F are modelled here', 2);
    }
    const rule = portRule(context.host, port, target);
    if (verb === '-D') {
      return portVerdict(context.world, context.host, port) === target
        ? done('', { actions: [{ type: 'removeRule', id: rule.id }] })
        : failed('iptables: Bad rule (does a matching rule exist in that chain?).');
    }
    return done('', { actions: [{ type: 'addRule', rule }] });
  },
};

export const tc: Command = {
  name: 'tc',
  summary: { en: 'slows or loses packets: qdisc add dev eth0 root netem delay 100ms', 'zh-CN': '模拟延迟或丢包：qdisc add dev eth0 root netem delay 100ms' },
  run(args, context) {
    const text = args.join(' ');
    const hosts = context.world.network.hosts.filter(({ name, machine }) => name === context.host || machine === context.host).map(({ name }) => name);
    const members = hosts.flatMap((host) => membersOf(context.world, host));
    const senders = context.world.processes.filter(({ host }) => hosts.includes(host)).map(({ name }) => name);
    const ids = senders.flatMap((name) => [ruleId('slow', name, '*'), ruleId('lose', name, '*')]);
    if (/^qdisc (del|delete) dev \w+ root( netem)?$/.test(text)) return done('', { actions: ids.map((id) => ({ type: 'removeRule', id })) });
    if (/^qdisc (show|ls|list)/.test(text)) {
      const active = context.world.network.rules.some(({ id }) => ids.includes(id));
      return done(active ? 'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000\n' : 'qdisc pfifo_fast 0: dev eth0 root refcnt 2 bands 3\n');
    }
    const isThere = context.world.network.rules.some(({ id }) => ids.includes(id));
    if (isThere && text.startsWith('qdisc add')) return failed('RTNETLINK answers: File exists', 2);
    const match = /^qdisc (?:add|change|replace) dev \w+ root netem (?:delay (\d+)ms)?\s*(?:loss (\d+(?:\.\d+)?)%)?$/.exec(text);
    if (!match || (match[1] === undefined && match[2] === undefined)) return failed('tc: only qdisc add|change|del|show dev DEV root netem [delay Nms] [loss N%] is modelled here', 1);
    const rules = members.flatMap((name): LinkRule[] => [
      ...(match[1] === undefined ? [] : [{ id: ruleId('slow', name, '*'), from: name, to: '*', effect: { type: 'delay' as const, micros: Number(match[1]) * 1_000 } }]),
      ...(match[2] === undefined ? [] : [{ id: ruleId('lose', name, '*'), from: name, to: '*', effect: { type: 'loss' as const, share: Math.min(1, Number(match[2]) / 100) } }]),
    ]);
    return done('', { actions: [...ids.filter((id) => !rules.some((rule) => rule.id === id)).map((id) => ({ type: 'removeRule' as const, id })), ...rules.map((rule) => ({ type: 'addRule' as const, rule }))] });
  },
};
