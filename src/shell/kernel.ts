/** The kernel for everybody who has terminals: the programs of a deployment, and those of the shell. */
import { programs } from '../cluster/programs.ts';
import { createKernel, privileged, program, type Kernel } from '../kernel/world.ts';
import { createBash } from './bash.ts';
import { brokerConsoleProgram } from './broker-console.ts';
import { commands } from './commands/index.ts';
import { daemonProgram } from './daemon.ts';
import { composeLogsProgram } from './docker/compose-logs.ts';
import { dockerDaemonProgram } from './docker/daemon.ts';
import { editorProgram } from './editor.ts';
import { followProgram } from './follow.ts';
import { pingProgram } from './ping.ts';
import { playbackProgram } from './playback.ts';
import { questionProgram } from './question.ts';
import { socketToolProgram } from './socket-tool.ts';
import { toolPrograms } from './tools/index.ts';
import { xargsProgram } from './xargs.ts';
import { zkServerStatus } from './zk-server-status.ts';

export const shellKernel: Kernel = createKernel({
  ...programs,
  ...toolPrograms,
  bash: privileged(createBash(commands)),
  'broker-console': privileged(brokerConsoleProgram),
  'compose-logs': privileged(composeLogsProgram),
  dockerd: privileged(dockerDaemonProgram),
  editor: privileged(editorProgram),
  firewalld: program(daemonProgram),
  follow: privileged(followProgram),
  ping: privileged(pingProgram),
  playback: privileged(playbackProgram),
  question: privileged(questionProgram),
  'socket-tool': program(socketToolProgram),
  xargs: privileged(xargsProgram),
  'zk-server-status': program(zkServerStatus),
});
