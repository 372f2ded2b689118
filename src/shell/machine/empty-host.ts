/**
 * The tutorial's beginning (`FX-EMPTY`): a machine `host` with Docker installed and stopped, Java 1.8 and Kafka's archive in /usr/local,
 * and a second machine `laptop`. Its firewall lets nobody in but ssh, which nobody serves.
 */
import { listOf } from '../../kernel/append-list.ts';
import { createWorld, type KernelAction, type World } from '../../kernel/world.ts';
import { createWorldDefaults } from '../../cluster/defaults.ts';
import { wall } from '../commands/firewall.ts';
import { stateFile, STATE_PATH, type DockerState } from '../docker/state.ts';
import type { Distribution } from '../files/archive.ts';
import { textFile } from '../files/text.ts';
import { shellKernel } from '../kernel.ts';
import { serviceProcess } from '../programs/service.ts';

const ARCHIVE: Distribution = { type: 'distribution', name: 'kafka_2.12-2.3.0' };
const ARCHIVE_BYTES = 57_215_197;
export const KAFKA_ARCHIVE = '/usr/local/kafka_2.12-2.3.0.tgz';

/** What every Docker daemon has. */
export const standardNetworks: DockerState['networks'] = [
  { name: 'bridge', id: 'b1f8b3a2c6d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e', driver: 'bridge', subnet: '172.17.0.0/16', gateway: '172.17.0.1', createdMs: createWorldDefaults.wallClockBaseMs },
  { name: 'host', id: '5d9f0c7e2b4a6d8193a5b7c9d0e2f4a618b3c5d7e9f10213243546576879a8b9', driver: 'host', subnet: null, gateway: '', createdMs: createWorldDefaults.wallClockBaseMs },
  { name: 'none', id: 'e4c2a0816f5d3b19e7c5a3816f4d2b09e8c6a4826f5e3c1b09f7d5b3917f5d3b', driver: 'null', subnet: null, gateway: '', createdMs: createWorldDefaults.wallClockBaseMs },
];

/** The ids by which the tutorial calls its network and its containers, so that its lines can be typed as they stand. */
const docker: DockerState = {
  images: [],
  networks: standardNetworks,
  containers: [],
  nextSubnet: 19,
  containerIds: ['354b36f4c835', '0afdde8ce38a', '27e8a40861c7'],
  networkIds: ['c98e6a7f82eede3f80dbcaea12d6ffb98f17c3fa6738fc21d1972dde45c7b3b2'],
};

const DIRECTORIES = ['/bin', '/etc', '/etc/profile.d', '/home', '/opt', '/root', '/tmp', '/usr/bin', '/usr/lib/jvm/java-1.8.0-openjdk-1.8.0.262.b10-0.el7_8.x86_64', '/usr/local/bin', '/usr/local/lib', '/var/log', '/var/lib'];

/** What stands on a machine before anybody does anything. */
export function machineFiles(machine: string, hosts: string): KernelAction {
  return {
    type: 'files',
    volume: machine,
    edits: [
      ...DIRECTORIES.map((path) => ({ type: 'makeDirectory' as const, path })),
      textFile('/etc/hostname', `${machine}\n`),
      textFile('/etc/hosts', hosts),
      textFile('/etc/os-release', 'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\n'),
      textFile('/usr/bin/java', ''),
    ],
  };
}

const FIREWALL = serviceProcess('firewalld', 'host');

export function emptyHost(seed = 1): World {
  let world = createWorld({
    ...createWorldDefaults,
    seed,
    hosts: [
      { name: 'host', names: ['192.168.1.7', '203.0.113.10', '172.17.0.1'], forwards: [] },
      { name: 'laptop', names: ['192.168.1.20'], forwards: [] },
    ],
    processes: [{ name: FIREWALL, program: 'firewalld', host: 'host', volume: 'host', config: null, commandLine: '/usr/sbin/firewalld --nofork --nopid' }],
  });
  const actions: readonly KernelAction[] = [
    machineFiles('host', '127.0.0.1\tlocalhost\n192.168.1.7\thost\n'),
    machineFiles('laptop', '127.0.0.1\tlocalhost\n192.168.1.20\tlaptop\n203.0.113.10\thost\n'),
    {
      type: 'files',
      volume: 'host',
      edits: [
        { type: 'write', path: KAFKA_ARCHIVE, content: { entries: listOf([ARCHIVE]), bytes: ARCHIVE_BYTES } },
        { type: 'write', path: STATE_PATH, content: stateFile(docker) },
      ],
    },
    { type: 'start', process: FIREWALL },
    ...wall('host', []),
  ];
  for (const action of actions) world = shellKernel.perform(world, action).world;
  return world;
}
