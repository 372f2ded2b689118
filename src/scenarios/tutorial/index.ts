/** The tutorial in the order in which it is told. */
import { concepts } from './concepts.ts';
import { containers } from './containers.ts';
import { docker } from './docker.ts';
import type { TutorialDocument } from './document.ts';
import { keys } from './keys.ts';
import { look } from './look.ts';
import { messages } from './messages.ts';
import { network } from './network.ts';
import { servers } from './servers.ts';
import { settings } from './settings.ts';
import { start } from './start.ts';
import { topic } from './topic.ts';
import { unpack } from './unpack.ts';
import { verify } from './verify.ts';
import { words } from './words.ts';

export const tutorialDocument: TutorialDocument = {
  intro: {
    en: 'From an empty host to a Kafka cluster, command by command. Press **Run**, or the key `n`, or type it yourself: everything happens in the terminal, and a command is ticked once the cluster shows that it worked.',
    'zh-CN': '从一台空主机到一个 Kafka 集群，一条命令一条命令地来。点**运行**、按 `n` 键，或者自己敲：一切都发生在终端里；集群显示命令确实生效后，它会自动打勾。',
  },
  chapters: [concepts, docker, containers, servers, verify, unpack, keys, start, topic, look, messages, network, words, settings],
};
