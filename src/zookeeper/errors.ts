/**
 * The errors a server answers with (KeeperException.Code): name, number on the wire and the text of
 * `KeeperErrorCode = <text> for <path>`.
 */
export interface ErrorEntry {
  readonly code: number;
  readonly text: string;
}

const table = {
  OK: { code: 0, text: 'ok' },
  SYSTEMERROR: { code: -1, text: 'SystemError' },
  RUNTIMEINCONSISTENCY: { code: -2, text: 'RuntimeInconsistency' },
  DATAINCONSISTENCY: { code: -3, text: 'DataInconsistency' },
  CONNECTIONLOSS: { code: -4, text: 'ConnectionLoss' },
  MARSHALLINGERROR: { code: -5, text: 'MarshallingError' },
  UNIMPLEMENTED: { code: -6, text: 'Unimplemented' },
  OPERATIONTIMEOUT: { code: -7, text: 'OperationTimeout' },
  BADARGUMENTS: { code: -8, text: 'BadArguments' },
  UNKNOWNSESSION: { code: -12, text: 'Unknown session' },
  NONODE: { code: -101, text: 'NoNode' },
  NOAUTH: { code: -102, text: 'NoAuth' },
  BADVERSION: { code: -103, text: 'BadVersion' },
  NOCHILDRENFOREPHEMERALS: { code: -108, text: 'NoChildrenForEphemerals' },
  NODEEXISTS: { code: -110, text: 'NodeExists' },
  NOTEMPTY: { code: -111, text: 'Directory not empty' },
  SESSIONEXPIRED: { code: -112, text: 'Session expired' },
  INVALIDCALLBACK: { code: -113, text: 'Invalid callback' },
  INVALIDACL: { code: -114, text: 'InvalidACL' },
  AUTHFAILED: { code: -115, text: 'AuthFailed' },
  SESSIONMOVED: { code: -118, text: 'Session moved' },
  NOTREADONLY: { code: -119, text: 'Not a read-only call' },
  NOWATCHER: { code: -121, text: 'No such watcher' },
  RECONFIGDISABLED: { code: -123, text: 'Reconfig is disabled' },
} as const satisfies Record<string, ErrorEntry>;

/** `'OK'` stands for success, code 0. */
export type ErrorName = keyof typeof table;

export const errors: Readonly<Record<ErrorName, ErrorEntry>> = table;

/** `KeeperErrorCode = NoNode for /x`; without `for …` where there is no path. */
export function errorMessage(name: ErrorName, path?: string): string {
  const text = `KeeperErrorCode = ${errors[name].text}`;
  return path === undefined ? text : `${text} for ${path}`;
}

/** The Java class that carries the error, as `get` of zkCli 3.7.0 prints it: `NoNodeException`. */
export function exceptionName(name: ErrorName): string {
  switch (name) {
    case 'NONODE': return 'NoNodeException';
    case 'NOAUTH': return 'NoAuthException';
    case 'BADVERSION': return 'BadVersionException';
    case 'NOCHILDRENFOREPHEMERALS': return 'NoChildrenForEphemeralsException';
    case 'NODEEXISTS': return 'NodeExistsException';
    case 'NOTEMPTY': return 'NotEmptyException';
    case 'SESSIONEXPIRED': return 'SessionExpiredException';
    case 'SESSIONMOVED': return 'SessionMovedException';
    case 'CONNECTIONLOSS': return 'ConnectionLossException';
    case 'BADARGUMENTS': return 'BadArgumentsException';
    case 'UNIMPLEMENTED': return 'UnimplementedException';
    case 'INVALIDACL': return 'InvalidACLException';
    case 'AUTHFAILED': return 'AuthFailedException';
    case 'NOWATCHER': return 'NoWatcherException';
    case 'RUNTIMEINCONSISTENCY': return 'RuntimeInconsistencyException';
    case 'DATAINCONSISTENCY': return 'DataInconsistencyException';
    case 'MARSHALLINGERROR': return 'MarshallingErrorException';
    case 'OPERATIONTIMEOUT': return 'OperationTimeoutException';
    case 'UNKNOWNSESSION': return 'UnknownSessionException';
    case 'INVALIDCALLBACK': return 'InvalidCallbackException';
    case 'NOTREADONLY': return 'NotReadOnlyException';
    case 'RECONFIGDISABLED': return 'ReconfigDisabledException';
    case 'SYSTEMERROR': return 'SystemErrorException';
    case 'OK': return 'KeeperException';
  }
}
