/** What every Linux has and this lab has not: it says so, instead of pretending that there is no such command. */
import { failed, type Command } from '../command.ts';

const NAMES: readonly string[] = [
  'awk', 'cut', 'tr', 'uniq', 'xargs', 'diff', 'emacs', 'top', 'htop', 'free', 'vmstat', 'iostat', 'lsof', 'strace', 'tcpdump', 'dig', 'nslookup', 'host', 'ip', 'ifconfig', 'route', 'traceroute', 'ssh', 'scp', 'rsync', 'wget', 'git', 'gcc', 'make', 'python', 'python3', 'perl', 'node', 'npm', 'mvn', 'javac', 'jstack', 'jmap', 'jstat', 'rpm', 'dpkg', 'apt', 'dnf', 'useradd', 'passwd', 'su', 'chown', 'ln', 'mount', 'umount', 'crontab', 'journalctl', 'service', 'reboot', 'shutdown', 'tmux', 'screen', 'zip', 'unzip', 'gzip', 'gunzip', 'dd', 'openssl', 'nproc', 'lscpu', 'dmesg', 'docker-compose', 'kubectl', 'kcat',
];

export const notModelled: readonly Command[] = NAMES.map((name) => ({
  name,
  summary: { en: 'exists on a real host, is not modelled here', 'zh-CN': '真实主机上有，此处未模拟' },
  run: () => failed(`${name}: a real host has it, but it is not modelled in this lab\n${name}：真实主机上有这个命令，但本实验室没有模拟它`, 127),
}));
