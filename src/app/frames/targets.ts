/** Whom an act was aimed at: the first is where it is marked. */
import type { ClusterAction } from '../../cluster/actions.ts';

export function targetsOf(action: ClusterAction): readonly string[] {
  switch (action.type) {
    case 'signal':
    case 'start':
    case 'firewall':
    case 'disk':
    case 'wipe':
      return [action.process];
    case 'container':
    case 'network':
      return [action.container];
    case 'powerLoss':
    case 'powerOn':
      return [action.host];
    case 'cut':
      return [...action.a, ...action.b];
    case 'slow':
    case 'lose':
      return [action.from, action.to].filter((one) => one !== '*');
    case 'heal':
      return [action.a, action.b].filter((one) => one !== undefined);
    case 'configure':
      return [action.broker];
    case 'produce':
    case 'workload':
      return [action.producer];
    case 'addClient':
      return [action.client.name];
    case 'admin':
      return [action.name];
    case 'terminal':
      return [action.terminal];
  }
}
