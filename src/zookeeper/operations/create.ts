/** create and its sequential, ephemeral and container forms. */
import { CONTAINER_OWNER, NO_SESSION, PERM_ALL, PERM_CREATE, type CreateOp, type CreateTxn } from '../messages.ts';
import { parentOf, pathProblem } from '../paths.ts';
import { createNode, nodeAt, statOf } from '../tree.ts';
import { allows, changed, isEphemeral, recordAt, refused, unchanged, type Apply, type Preparation, type Prepared } from './shared.ts';

/** Check order of pRequest2TxnCreate (section 4.4); TTL modes are switched off by default. */
export function prepareCreate(preparation: Preparation, op: CreateOp): Prepared {
  if (op.mode === 'PERSISTENT_WITH_TTL' || op.mode === 'PERSISTENT_SEQUENTIAL_WITH_TTL') return refused('UNIMPLEMENTED');
  if (!op.path.includes('/') || op.path.includes('\u0000')) return refused('BADARGUMENTS');
  const parentPath = parentOf(op.path);
  const parent = recordAt(preparation, parentPath);
  if (!parent) return refused('NONODE');
  if (!allows(parent.acl, PERM_CREATE)) return refused('NOAUTH');
  const sequential = op.mode === 'PERSISTENT_SEQUENTIAL' || op.mode === 'EPHEMERAL_SEQUENTIAL';
  const path = sequential ? op.path + sequenceSuffix(parent.creations) : op.path;
  if (pathProblem(path) !== undefined) return refused('BADARGUMENTS');
  if (recordAt(preparation, path)) return refused('NODEEXISTS');
  if (isEphemeral(parent.ephemeralOwner)) return refused('NOCHILDRENFOREPHEMERALS');

  const ephemeral = op.mode === 'EPHEMERAL' || op.mode === 'EPHEMERAL_SEQUENTIAL';
  const container = op.mode === 'CONTAINER';
  const acl = op.acl ?? PERM_ALL;
  const parentCversion = parent.creations + 1;
  const withParent = changed(preparation, parentPath, { ...parent, creations: parentCversion, childCount: parent.childCount + 1 });
  const { outstanding } = changed(withParent, path, {
    acl,
    version: 0,
    aversion: 0,
    creations: 0,
    childCount: 0,
    ephemeralOwner: ephemeral ? preparation.sessionId : container ? CONTAINER_OWNER : NO_SESSION,
  });
  return { ok: true, outstanding, txn: { type: 'create', path, data: op.data, acl, ephemeral, container, parentCversion } };
}

/** Ten digits of the parent's creation count before this create. */
function sequenceSuffix(creations: number): string {
  return String(creations).padStart(10, '0');
}

/** A create that is replayed over a tree which already holds the node (fuzzy snapshot) answers NODEEXISTS and changes nothing. */
export const applyCreate: Apply<CreateTxn> = (tree, header, txn) => {
  if (nodeAt(tree, txn.path)) return unchanged(tree, { err: 'NODEEXISTS' });
  if (!nodeAt(tree, parentOf(txn.path))) return unchanged(tree, { err: 'NONODE' });
  const next = createNode(tree, txn.path, {
    data: txn.data,
    acl: txn.acl,
    owner: txn.ephemeral ? header.sessionId : txn.container ? CONTAINER_OWNER : NO_SESSION,
    zxid: header.zxid,
    time: header.time,
    parentCreations: txn.parentCversion,
  });
  return {
    tree: next,
    changes: [{ type: 'NodeCreated', path: txn.path }],
    answer: { err: 'OK', result: { type: 'create', path: txn.path, stat: statOf(nodeAt(next, txn.path)!) } },
  };
};
