import type { TerminalFrame } from '../../../../src/views/terminal/frame.ts';

export const terminal: TerminalFrame = {
  id: 'host',
  before: 0,
  history: ['docker ps', 'jps'],
  pieces: [
    { stream: 'prompt', text: '[root@host ~]# ' },
    { stream: 'typed', text: 'docker network create zookeeper-net\n' },
    { stream: 'stdout', text: 'c98e6a7f82eede3f80dbcaea12d6ffb98f17c3fa6738fc21d1972dde45c7b3b2\n' },
    { stream: 'prompt', text: '[root@host ~]# ' },
    { stream: 'typed', text: 'foo\n' },
    { stream: 'stderr', text: 'bash: foo: command not found\n' },
    { stream: 'prompt', text: '[root@host ~]# ' },
  ],
};
