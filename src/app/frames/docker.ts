/** The Docker network that the picture draws: in a deployment that was typed the one its daemon knows, else the tutorial's. */
import { read } from '../../kernel/disk.ts';
import type { World } from '../../kernel/world.ts';
import { STATE_PATH, type DockerState } from '../../shell/docker/state.ts';
import type { StageFrame } from '../../views/frame.ts';

const ALWAYS = { name: 'zookeeper-net', subnet: '172.19.0.0/16' };

/** The network with most containers on it; of several the one that was made first. */
export function dockerNetwork(world: World): StageFrame['network'] {
  const volume = world.volumes.find(({ name }) => name === 'host');
  const state = volume && (read(volume, STATE_PATH)?.entries.tail[0] as DockerState | undefined);
  if (state === undefined) return ALWAYS;
  const on = (network: string): number => state.containers.filter(({ attachments }) => attachments.some((one) => one.network === network)).length;
  const [first] = state.networks
    .filter(({ driver, name }) => driver === 'bridge' && (name !== 'bridge' || on(name) > 0))
    .sort((a, b) => on(b.name) - on(a.name));
  return first && { name: first.name, subnet: first.subnet ?? '' };
}
