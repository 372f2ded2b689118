/** What became of an append to the offsets topic (the callbacks of GroupMetadataManager). */
import type { Env } from '../../kernel/program.ts';
import { errors } from '../protocol/index.ts';
import type { Draft } from '../broker/state.ts';
import { sayCoordinator } from './coordinator.ts';
import { offsetsWritten } from './offsets.ts';
import type { EndedWrite } from './state.ts';
import { assignmentWritten, storeError } from './sync.ts';
import { txnOffsetsWritten } from './txn-offsets.ts';

export function groupWriteEnded(b: Draft, env: Env, ended: EndedWrite): void {
  const { write, error } = ended;
  switch (write.type) {
    case 'assignment':
      return assignmentWritten(b, env, write, ended);
    case 'offsets':
      return offsetsWritten(b, env, write, ended);
    case 'txnOffsets':
      return txnOffsetsWritten(b, env, write, ended);
    case 'emptyGroup':
      // An older generation in the log would come to life again and time out: no harm.
      if (error !== 'NONE') sayCoordinator(b, env, `Failed to write empty metadata for group ${write.groupId}: ${errors[storeError(error)].message}`, 'WARN');
  }
}
