/** The kernel for everybody who has terminals: the programs of a deployment, and those of the shell. */
import { programs } from '../cluster/programs.ts';
import { createKernel, privileged, program, type Kernel } from '../kernel/world.ts';
import { createBash } from './bash/bash.ts';
import { brokerConsoleProgram } from './programs/broker-console.ts';
import { commands } from './commands/index.ts';
import { serviceProgram } from './programs/service.ts';
import { composeLogsProgram } from './docker/compose-logs.ts';
import { dockerDaemonProgram } from './docker/daemon.ts';
import { editorProgram } from './programs/editor.ts';
import { followProgram } from './programs/follow.ts';
import { pingProgram } from './programs/ping.ts';
import { playbackProgram } from './programs/playback.ts';
import { questionProgram } from './programs/question.ts';
import { socketToolProgram } from './programs/socket-tool.ts';
import { toolPrograms } from './tools/index.ts';
import { xargsProgram } from './programs/xargs.ts';
import { zkServerStatus } from './programs/zk-server-status.ts';

export const shellKernel: Kernel = createKernel({
  ...programs,
  ...toolPrograms,
  bash: privileged(createBash(commands)),
  'broker-console': privileged(brokerConsoleProgram),
  'compose-logs': privileged(composeLogsProgram),
  dockerd: privileged(dockerDaemonProgram),
  editor: privileged(editorProgram),
  firewalld: program(serviceProgram),
  follow: privileged(followProgram),
  ping: privileged(pingProgram),
  playback: privileged(playbackProgram),
  question: privileged(questionProgram),
  'socket-tool': program(socketToolProgram),
  xargs: privileged(xargsProgram),
  'zk-server-status': program(zkServerStatus),
});
