/** What every Linux has and this lab has not: it says so, instead of pretending that there is no such command. */
import { notModelledHere, type Command } from '../command.ts';

const NAMES: readonly string[] = [
  // Of Kafka's own bin.
  'connect-distributed.sh', 'connect-standalone.sh', 'kafka-acls.sh', 'kafka-delegation-tokens.sh', 'kafka-mirror-maker.sh', 'kafka-replica-verification.sh', 'kafka-streams-application-reset.sh', 'trogdor.sh', 'zookeeper-security-migration.sh', 'zookeeper-server-start.sh',
  'diff', 'emacs', 'top', 'htop', 'free', 'vmstat', 'iostat', 'lsof', 'strace', 'tcpdump', 'dig', 'nslookup', 'host', 'ip', 'ifconfig', 'route', 'traceroute', 'ssh', 'scp', 'rsync', 'wget', 'git', 'gcc', 'make', 'python', 'python3', 'perl', 'node', 'npm', 'mvn', 'javac', 'jstack', 'jmap', 'jstat', 'rpm', 'dpkg', 'apt', 'dnf', 'useradd', 'passwd', 'su', 'chown', 'ln', 'mount', 'umount', 'crontab', 'journalctl', 'service', 'reboot', 'shutdown', 'tmux', 'screen', 'zip', 'unzip', 'gzip', 'gunzip', 'dd', 'openssl', 'nproc', 'lscpu', 'dmesg', 'kubectl', 'kcat', 'basename', 'dirname', 'realpath', 'readlink', 'stat', 'file', 'tac', 'rev', 'nl', 'fold', 'paste', 'join', 'comm', 'split', 'md5sum', 'sha256sum', 'base64', 'xxd', 'od', 'strings', 'pgrep', 'pkill', 'killall', 'pidof', 'nice', 'timeout', 'time', 'uptime', 'w', 'who', 'last', 'groups', 'tree', 'lsblk', 'sysctl', 'ulimit', 'umask', 'alias', 'unalias', 'wait', 'disown', 'trap', 'vimdiff', 'cal', 'bc', 'expr',
];

export const notModelled: readonly Command[] = NAMES.map((name) => ({
  name,
  summary: { en: 'exists on a real host, is not modelled here', 'zh-CN': '真实主机上有，此处未模拟' },
  run: () => notModelledHere(name),
}));
