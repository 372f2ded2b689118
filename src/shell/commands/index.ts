/** Every command of the shell. */
import type { Command } from '../command.ts';
import { awk } from './awk.ts';
import { bash, sh } from './bash.ts';
import { cat } from './cat.ts';
import { cd } from './cd.ts';
import { chmod } from './chmod.ts';
import { clear } from './clear.ts';
import { cmp } from './cmp.ts';
import { cp } from './cp.ts';
import { curl } from './curl.ts';
import { cut } from './cut.ts';
import { date } from './date.ts';
import { dd } from './dd.ts';
import { df } from './df.ts';
import { docker, dockerCompose } from './docker.ts';
import { du } from './du.ts';
import { echo } from './echo.ts';
import { editors } from './editor.ts';
import { env } from './env.ts';
import { exit, logout } from './exit.ts';
import { exportCommand } from './export.ts';
import { find } from './find.ts';
import { firewallCmd, iptables, tc } from './firewall.ts';
import { egrep, grep } from './grep.ts';
import { head } from './head.ts';
import { help, man } from './help.ts';
import { hexdump } from './hexdump.ts';
import { history } from './history.ts';
import { hostname, id, uname, whoami } from './identity.ts';
import { java } from './java.ts';
import { bg, fg, jobs } from './jobs.ts';
import { jps } from './jps.ts';
import { kafkaServerStart } from './kafka-server-start.ts';
import { kafkaServerStop } from './kafka-server-stop.ts';
import { kafkaRunClass, kafkaTools } from './kafka-tools.ts';
import { kill } from './kill.ts';
import { less, more } from './less.ts';
import { ls } from './ls.ts';
import { mkdir } from './mkdir.ts';
import { mv } from './mv.ts';
import { nc, telnet } from './nc.ts';
import { netstat, ss } from './netstat.ts';
import { notModelled } from './not-modelled.ts';
import { ownCommands } from './own.ts';
import { aptGet, yum } from './packages.ts';
import { nsenter } from './nsenter.ts';
import { ping } from './ping.ts';
import { printf } from './printf.ts';
import { ps } from './ps.ts';
import { pwd } from './pwd.ts';
import { rm } from './rm.ts';
import { rmdir } from './rmdir.ts';
import { sed } from './sed.ts';
import { seq } from './seq.ts';
import { sleep } from './sleep.ts';
import { sort } from './sort.ts';
import { sudo } from './sudo.ts';
import { systemctl } from './systemctl.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { tee } from './tee.ts';
import { bracket, test } from './test.ts';
import { touch } from './touch.ts';
import { tr } from './tr.ts';
import { colon, falseCommand, trueCommand } from './truth.ts';
import { uniq } from './uniq.ts';
import { unset } from './unset.ts';
import { watch } from './watch.ts';
import { wc } from './wc.ts';
import { type, which } from './which.ts';
import { xargs } from './xargs.ts';
import { zkCli } from './zk-cli.ts';
import { zkServer } from './zk-server.ts';
import { zookeeperServerStop } from './zookeeper-server-stop.ts';
import { zookeeperShell } from './zookeeper-shell.ts';

export const commands: readonly Command[] = [
  aptGet, awk, bash, bg, bracket, cat, cd, chmod, clear, cmp, colon, cp, curl, cut, date, dd, df, docker, dockerCompose, du, echo, egrep, env, exit, exportCommand, falseCommand, fg, find, firewallCmd, grep, head, help, hexdump, history, hostname, id, iptables, java, jobs, jps, kafkaServerStart, kafkaServerStop, kill, less, logout, ls, man, mkdir, more, mv, nc, netstat, nsenter, ping, printf, ps, pwd, rm, rmdir, sed, seq, sh, sleep, sort, ss, sudo, systemctl, tail, tar, tc, tee, telnet, test, touch, tr, trueCommand, type, uname, uniq, unset, watch, wc, which, whoami, xargs, yum, zkCli, zkServer, zookeeperServerStop, zookeeperShell,
  ...editors,
  kafkaRunClass,
  ...kafkaTools,
  ...ownCommands,
  ...notModelled,
];
