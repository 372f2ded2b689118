/** What the Docker daemon of a machine knows, kept as it is in /var/lib/docker, and read again by every command. */
import { DOCKER_DAEMON } from '../../cluster/container-network.ts';
import { listOf } from '../../kernel/append-list.ts';
import type { Process } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/program.ts';
import type { World } from '../../kernel/world.ts';
import type { Context } from '../command.ts';
import type { FileEdits, FileTree } from '../files/tree.ts';

export interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly id: string;
  readonly createdMs: number;
  readonly sizeMb: number;
}

export interface DockerNetwork {
  readonly name: string;
  readonly id: string;
  readonly driver: 'bridge' | 'host' | 'null';
  /** `172.19.0.0/16`; null: no addresses. */
  readonly subnet: string | null;
  readonly gateway: string;
  /** Somebody chose the subnet: only then may containers choose their addresses. */
  readonly isChosen?: true;
  readonly createdMs: number;
}

export interface Attachment {
  readonly network: string;
  /** Empty while the container does not run. */
  readonly address: string;
  readonly aliases: readonly string[];
  readonly endpoint: string;
  /** `--ip`: the one that the container wants whenever it starts. */
  readonly wanted?: string;
}

export interface PublishedPort {
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface Bind {
  /** A directory of the machine, or the name of a volume. */
  readonly source: string;
  readonly destination: string;
  readonly isNamed: boolean;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly hostname: string;
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly createdMs: number;
  readonly attachments: readonly Attachment[];
  readonly ports: readonly PublishedPort[];
  readonly binds: readonly Bind[];
  readonly memoryBytes: number;
  /** `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`. */
  readonly restart: string;
  /** Somebody stopped or killed it with Docker's commands, not its own end. */
  readonly isStoppedByHand?: boolean;
  /** It has ended, and the daemon waits before it starts it again. */
  readonly isRestarting?: boolean;
  /** How often its policy started it since somebody did. */
  readonly restartCount?: number;
  readonly isRemovedAtEnd: boolean;
  /** `-i`: its first process is typed to, or waits for that. */
  readonly isInteractive?: boolean;
  /** Its first process, its host and its own files in the world have this name. */
  readonly process: string;
  readonly startedAt: Micros | null;
}

export interface DockerState {
  readonly images: readonly Image[];
  readonly networks: readonly DockerNetwork[];
  readonly containers: readonly Container[];
  /** Of Docker's pools: the second number of the next one, unless it is taken. */
  readonly nextSubnet: number;
  /** How the next ids begin, where they are known beforehand: the tutorial names its containers by them. */
  readonly containerIds: readonly string[];
  readonly networkIds: readonly string[];
}

export const STATE_PATH = '/var/lib/docker/state';

export function isRunning(world: World, machine: string): boolean {
  return world.processes.some(({ program, host, status }) => program === DOCKER_DAEMON && host === machine && status === 'running');
}

export function readState(files: FileTree): DockerState {
  const content = files.content(STATE_PATH);
  return (content?.entries.tail[0] ?? { images: [], networks: [], containers: [], nextSubnet: 18, containerIds: [], networkIds: [] }) as DockerState;
}

export function stateFile(state: DockerState): { readonly entries: ReturnType<typeof listOf>; readonly bytes: number } {
  return { entries: listOf([state]), bytes: JSON.stringify(state).length };
}

export function writeState(files: FileTree, state: DockerState): FileEdits {
  return files.edit(STATE_PATH, (path) => ({ type: 'write', path, content: stateFile(state) }));
}

const HEX = '0123456789abcdef';

/** 64 hexadecimal digits. */
export function newId(context: Context, prefix = ''): string {
  let id = prefix;
  while (id.length < 64) id += HEX[Math.floor(context.random() * 16)]!;
  return id;
}

export function processOf(world: World, container: Container): Process | undefined {
  return world.processes.find(({ name }) => name === container.process);
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'exited';

export function statusOf(world: World, container: Container): ContainerStatus {
  if (container.startedAt === null) return 'created';
  const status = processOf(world, container)?.status;
  return status === 'running' ? 'running' : status === 'paused' ? 'paused' : container.isRestarting === true ? 'restarting' : 'exited';
}

export const isUp = (world: World, container: Container): boolean => ['running', 'paused'].includes(statusOf(world, container));

/** Whether it has addresses and ports: it runs, or is begun by what is being done at this very moment, which the world does not show yet. */
export const isBegun = (world: World, container: Container): boolean => isUp(world, container) || container.startedAt === world.now;

export function replaced(state: DockerState, container: Container): DockerState {
  return { ...state, containers: state.containers.map((one) => (one.id === container.id ? container : one)) };
}

/** By name, by id, or by the beginning of an id. */
export function findContainer(state: DockerState, word: string): Container | undefined {
  const named = state.containers.find(({ name, id }) => name === word.replace(/^\//, '') || id === word);
  if (named) return named;
  const alike = word.length > 0 && /^[0-9a-f]+$/.test(word) ? state.containers.filter(({ id }) => id.startsWith(word)) : [];
  return alike.length === 1 ? alike[0] : undefined;
}

export function findNetwork(state: DockerState, word: string): DockerNetwork | undefined {
  return state.networks.find(({ name, id }) => name === word || id === word) ?? state.networks.find(({ id }) => word.length > 3 && id.startsWith(word));
}

export function findImage(state: DockerState, reference: string): Image | undefined {
  const [repository, tag] = imageName(reference);
  return state.images.find((image) => (image.repository === repository && image.tag === tag) || (reference.length > 5 && image.id.startsWith(reference)));
}

export function imageName(reference: string): readonly [repository: string, tag: string] {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/') ? [reference.slice(0, colon), reference.slice(colon + 1)] : [reference, 'latest'];
}

export const shortId = (id: string): string => id.slice(0, 12);
