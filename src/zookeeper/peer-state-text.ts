/** The peer's state as ZooKeeper prints it: `looking`, `leading - broadcast`, `following - synchronization - diff`. */
import { matches, type ChartState } from '../kernel/machine.ts';

const PHASES = ['discovery', 'synchronization', 'broadcast'] as const;
const MODES = ['diff', 'trunc', 'snap'] as const;

export function peerStateText(chart: ChartState): string {
  if (matches(chart, 'standalone')) return 'standalone';
  if (matches(chart, 'looking')) return 'looking';
  const peer = matches(chart, 'leading') ? 'leading' : 'following';
  const phase = PHASES.find((one) => matches(chart, `${peer}.${one}`));
  if (!phase) return peer;
  const mode = MODES.find((one) => matches(chart, `${peer}.${phase}.${one}`));
  return mode ? `${peer} - ${phase} - ${mode}` : `${peer} - ${phase}`;
}
