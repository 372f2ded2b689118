import type { BranchId } from '../kernel/history.ts';

export function branchName(id: BranchId): string {
  return id === 0 ? 'main' : `fork ${id}`;
}
