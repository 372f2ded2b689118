/**
 * Any message of ZooKeeper in one line, for traces, hover cards and the timeline. Servers' packets have the form of a decoded
 * wire trace (name, zxid, fields, bytes); requests and transactions also name their path.
 */
import type { ClientMessage, MultiPart, Op, OpResult, PlainText, ServerMessage, Txn, TxnHeader } from './messages.ts';
import type { CreateSessionOp } from './operations/index.ts';
import { txnBytes, type ElectionMessage, type QuorumPacket } from './packets.ts';
import { formatZxid, type Zxid } from './zxid.ts';

export type ZookeeperMessage = ClientMessage | ServerMessage | PlainText | ElectionMessage | QuorumPacket;

/** Bytes of a notification on the wire: its fields and the membership text of three servers. */
const NOTIFICATION_BYTES = 225;

/** Numbers of ZooDefs.OpCode. */
const opCodes = {
  create: 1, delete: 2, exists: 3, getData: 4, setData: 5, getAcl: 6, setAcl: 7, sync: 9, ping: 11, getChildren: 12, check: 13, multi: 14,
  reconfig: 16, removeWatches: 18, deleteContainer: 20, setWatches: 101, getEphemerals: 103, getAllChildrenNumber: 104, addWatch: 106, whoAmI: 107,
  createSession: -10, closeSession: -11, error: -1,
} as const satisfies Record<Op['type'] | CreateSessionOp['type'] | Txn['type'], number>;

export function describeZookeeper(message: ZookeeperMessage): string {
  switch (message.type) {
    case 'ConnectRequest':
      return `ConnectRequest session=${message.sessionId} timeout=${message.timeoutMs} lastZxidSeen=${formatZxid(message.lastZxidSeen)}`;
    case 'ConnectResponse':
      return message.timeoutMs > 0
        ? `ConnectResponse session=${message.sessionId} timeout=${message.timeoutMs}`
        : 'ConnectResponse session=0x0 timeout=0 (session expired)';
    case 'Request':
      return message.op.type === 'ping' ? 'ping' : `Request xid=${message.xid} ${describeOp(message.op)}`;
    case 'Reply':
      if (message.xid === -2) return `ping reply zxid=${formatZxid(message.zxid)}`;
      return joined(`Reply xid=${message.xid} zxid=${formatZxid(message.zxid)} ${message.err}`, message.result ? describeResult(message.result) : '');
    case 'WatcherEvent':
      return `WatcherEvent ${message.event.type} ${message.event.path}`;
    case 'Text':
      return message.text.split('\n')[0]!;

    case 'Hello':
      return `connect{protocolVersion=${message.protocolVersion} sid=${message.sid} addr=${message.electionAddress}}`;
    case 'Notification':
      return (
        `notification{state=${message.state} leader=${message.leader} zxid=${formatZxid(message.zxid)} ` +
        `electionEpoch=${message.electionEpoch} peerEpoch=${message.peerEpoch} version=${message.version}} ${NOTIFICATION_BYTES}B`
      );

    case 'FOLLOWERINFO':
      return (
        `${packet(message)} sid=${message.sid} protocolVersion=0x${message.protocolVersion.toString(16)} ` +
        `configVersion=${message.configVersion}`
      );
    case 'LEADERINFO':
      return `${packet(message)} protocolVersion=0x${message.protocolVersion.toString(16)}`;
    case 'ACKEPOCH':
      return `${packet(message)} currentEpoch=${message.currentEpoch}`;
    case 'NEWLEADER':
      return `${packet(message)} data=<configuration text>`;
    case 'SnapshotStream':
      return `<end of snapshot stream: signature ${message.signature}>`;
    case 'PROPOSAL':
      return `${packet(message)} txn{${describeTxn(message.entry.header, message.entry.txn)}} ${txnBytes(message.entry)}B`;
    case 'REQUEST':
      return joined(
        `${packet(message)} req{session=${message.sessionId} cxid=${message.cxid} type=${opCodes[message.op.type]}(${message.op.type})`,
        `${pathPart(message.op)}}`,
      );
    case 'PING': {
      const touches = Object.keys(message.touches).map((session) => `${session}/${message.touches[session]}ms`);
      return joined(packet(message), touches.length > 0 ? `touches=${touches.join(',')}` : '');
    }
    case 'REVALIDATE':
      return message.valid === undefined
        ? `${packet(message)} session=${message.sessionId} timeout=${message.timeoutMs ?? 0}`
        : `${packet(message)} session=${message.sessionId} valid=${message.valid ? 1 : 0}`;
    case 'DIFF':
    case 'TRUNC':
    case 'SNAP':
    case 'ACK':
    case 'UPTODATE':
    case 'COMMIT':
    case 'SYNC':
      return packet(message);
  }
}

/** `session=0x… cxid=3 type=5(setData) path=/a`. */
export function describeTxn(header: TxnHeader, txn: Txn): string {
  const head = `session=${header.sessionId} cxid=${header.cxid} type=${opCodes[txn.type]}(${txn.type})`;
  switch (txn.type) {
    case 'create':
    case 'delete':
    case 'deleteContainer':
    case 'setData':
    case 'setAcl':
    case 'check': return `${head} path=${txn.path}`;
    case 'multi': return `${head} parts=${txn.parts.map((part) => (part.type === 'error' ? part.err : `${part.type} ${part.path}`)).join(', ')}`;
    case 'error': return `${head} err=${txn.err}`;
    case 'createSession': return `${head} timeout=${txn.timeoutMs}`;
    case 'closeSession': return txn.paths.length === 0 ? head : `${head} deletes=${txn.paths.join(',')}`;
  }
}

export function describeOp(op: Op): string {
  switch (op.type) {
    case 'create': return `create ${op.path} ${op.mode}`;
    case 'delete':
    case 'setData':
    case 'setAcl': return joined(`${op.type} ${op.path}`, op.version === -1 ? '' : `version=${op.version}`);
    case 'multi': return `multi [${op.ops.map(describePart).join(', ')}]`;
    case 'getData':
    case 'exists':
    case 'getChildren': return joined(`${op.type} ${op.path}`, op.watch ? 'watch' : '');
    case 'getAcl':
    case 'getAllChildrenNumber':
    case 'sync': return `${op.type} ${op.path}`;
    case 'getEphemerals': return `getEphemerals ${op.prefix}`;
    case 'addWatch': return `addWatch ${op.path} ${op.mode}`;
    case 'removeWatches': return `removeWatches ${op.path} ${op.watcherType}`;
    case 'setWatches': {
      const lists: readonly (readonly [string, readonly string[]])[] = [
        ['data', op.dataWatches], ['exist', op.existWatches], ['child', op.childWatches],
        ['persistent', op.persistentWatches], ['recursive', op.persistentRecursiveWatches],
      ];
      const armed = lists.filter(([, paths]) => paths.length > 0).map(([name, paths]) => `${name}=${paths.join(',')}`);
      return joined(`setWatches relativeZxid=${formatZxid(op.relativeZxid)}`, armed.join(' '));
    }
    case 'ping':
    case 'whoAmI':
    case 'reconfig':
    case 'closeSession': return op.type;
  }
}

function describePart(part: MultiPart): string {
  return part.type === 'check' ? `check ${part.path} version=${part.version}` : describeOp(part);
}

function describeResult(result: OpResult): string {
  switch (result.type) {
    case 'create':
    case 'sync': return result.path;
    case 'setData':
    case 'exists': return `version=${result.stat.version}`;
    case 'setAcl': return `aversion=${result.stat.aversion}`;
    case 'getData': return `version=${result.stat.version} ${result.stat.dataLength}B`;
    case 'getChildren': return `[${result.children.join(', ')}]`;
    case 'getEphemerals': return `[${result.paths.join(', ')}]`;
    case 'getAllChildrenNumber': return String(result.count);
    case 'whoAmI': return result.clients.map(({ scheme, user }) => `${scheme}:${user}`).join(',');
    case 'getAcl': return `acl=${result.acl}`;
    case 'multi': return `[${result.results.map((part) => (part.type === 'error' ? part.err : part.type)).join(', ')}]`;
    case 'delete': return '';
  }
}

function packet(message: { readonly type: string; readonly zxid: Zxid }): string {
  return `${message.type} zxid=${message.zxid === -1 ? '-1' : formatZxid(message.zxid)}`;
}

function pathPart(op: { readonly type: string; readonly path?: string }): string {
  return op.path === undefined ? '' : ` path=${op.path}`;
}

function joined(head: string, tail: string): string {
  return tail === '' ? head : tail === '}' || tail.startsWith(' ') ? head + tail : `${head} ${tail}`;
}
