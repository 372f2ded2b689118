/** deleteContainer: the leader's own request to remove a container that has been emptied; no session, no version, no permission. */
import type { DeleteContainerTxn } from '../messages.ts';
import { parentOf } from '../paths.ts';
import { changed, isEphemeral, recordAt, refused, type Preparation, type Prepared } from './shared.ts';

export interface DeleteContainerOp { readonly type: 'deleteContainer'; readonly path: string }

export function prepareDeleteContainer(preparation: Preparation, op: DeleteContainerOp): Prepared {
  const node = recordAt(preparation, op.path);
  if (!node) return refused('NONODE');
  if (node.childCount > 0) return refused('NOTEMPTY');
  if (isEphemeral(node.ephemeralOwner)) return refused('BADVERSION');
  const parentPath = parentOf(op.path);
  const parent = recordAt(preparation, parentPath);
  if (!parent) return refused('NONODE');
  const withParent = changed(preparation, parentPath, { ...parent, childCount: parent.childCount - 1 });
  const { outstanding } = changed(withParent, op.path, null);
  return { ok: true, outstanding, txn: { type: 'deleteContainer', path: op.path } satisfies DeleteContainerTxn };
}
