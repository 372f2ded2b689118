/**
 * Every error a 2.3.0 broker can answer with, under its official name (`org.apache.kafka.common.protocol.Errors`).
 * `retriable` and `refreshesMetadata` say what a client does with it; `message` is the default text that tools print.
 */
interface ErrorEntry {
  readonly code: number;
  readonly retriable: boolean;
  /** The client asks for fresh metadata before it tries again. */
  readonly refreshesMetadata: boolean;
  readonly message: string;
}

export const errors = {
  UNKNOWN_SERVER_ERROR: { code: -1, retriable: false, refreshesMetadata: false, message: 'The server experienced an unexpected error when processing the request.' },
  NONE: { code: 0, retriable: false, refreshesMetadata: false, message: '' },
  OFFSET_OUT_OF_RANGE: { code: 1, retriable: false, refreshesMetadata: false, message: 'The requested offset is not within the range of offsets maintained by the server.' },
  CORRUPT_MESSAGE: { code: 2, retriable: true, refreshesMetadata: false, message: 'This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt.' },
  UNKNOWN_TOPIC_OR_PARTITION: { code: 3, retriable: true, refreshesMetadata: true, message: 'This server does not host this topic-partition.' },
  INVALID_FETCH_SIZE: { code: 4, retriable: false, refreshesMetadata: false, message: 'The requested fetch size is invalid.' },
  LEADER_NOT_AVAILABLE: { code: 5, retriable: true, refreshesMetadata: true, message: 'There is no leader for this topic-partition as we are in the middle of a leadership election.' },
  NOT_LEADER_FOR_PARTITION: { code: 6, retriable: true, refreshesMetadata: true, message: 'This server is not the leader for that topic-partition.' },
  REQUEST_TIMED_OUT: { code: 7, retriable: true, refreshesMetadata: false, message: 'The request timed out.' },
  BROKER_NOT_AVAILABLE: { code: 8, retriable: false, refreshesMetadata: false, message: 'The broker is not available.' },
  REPLICA_NOT_AVAILABLE: { code: 9, retriable: false, refreshesMetadata: false, message: 'The replica is not available for the requested topic-partition.' },
  MESSAGE_TOO_LARGE: { code: 10, retriable: false, refreshesMetadata: false, message: 'The request included a message larger than the max message size the server will accept.' },
  STALE_CONTROLLER_EPOCH: { code: 11, retriable: false, refreshesMetadata: false, message: 'The controller moved to another broker.' },
  OFFSET_METADATA_TOO_LARGE: { code: 12, retriable: false, refreshesMetadata: false, message: 'The metadata field of the offset request was too large.' },
  NETWORK_EXCEPTION: { code: 13, retriable: true, refreshesMetadata: true, message: 'The server disconnected before a response was received.' },
  COORDINATOR_LOAD_IN_PROGRESS: { code: 14, retriable: true, refreshesMetadata: false, message: "The coordinator is loading and hence can't process requests." },
  COORDINATOR_NOT_AVAILABLE: { code: 15, retriable: true, refreshesMetadata: false, message: 'The coordinator is not available.' },
  NOT_COORDINATOR: { code: 16, retriable: true, refreshesMetadata: false, message: 'This is not the correct coordinator.' },
  INVALID_TOPIC_EXCEPTION: { code: 17, retriable: false, refreshesMetadata: false, message: 'The request attempted to perform an operation on an invalid topic.' },
  RECORD_LIST_TOO_LARGE: { code: 18, retriable: false, refreshesMetadata: false, message: 'The request included message batch larger than the configured segment size on the server.' },
  NOT_ENOUGH_REPLICAS: { code: 19, retriable: true, refreshesMetadata: false, message: 'Messages are rejected since there are fewer in-sync replicas than required.' },
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: { code: 20, retriable: true, refreshesMetadata: false, message: 'Messages are written to the log, but to fewer in-sync replicas than required.' },
  INVALID_REQUIRED_ACKS: { code: 21, retriable: false, refreshesMetadata: false, message: 'Produce request specified an invalid value for required acks.' },
  ILLEGAL_GENERATION: { code: 22, retriable: false, refreshesMetadata: false, message: 'Specified group generation id is not valid.' },
  INCONSISTENT_GROUP_PROTOCOL: { code: 23, retriable: false, refreshesMetadata: false, message: "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list." },
  INVALID_GROUP_ID: { code: 24, retriable: false, refreshesMetadata: false, message: 'The configured groupId is invalid.' },
  UNKNOWN_MEMBER_ID: { code: 25, retriable: false, refreshesMetadata: false, message: 'The coordinator is not aware of this member.' },
  INVALID_SESSION_TIMEOUT: { code: 26, retriable: false, refreshesMetadata: false, message: 'The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).' },
  REBALANCE_IN_PROGRESS: { code: 27, retriable: false, refreshesMetadata: false, message: 'The group is rebalancing, so a rejoin is needed.' },
  INVALID_COMMIT_OFFSET_SIZE: { code: 28, retriable: false, refreshesMetadata: false, message: 'The committing offset data size is not valid.' },
  TOPIC_AUTHORIZATION_FAILED: { code: 29, retriable: false, refreshesMetadata: false, message: 'Not authorized to access topics: [Topic authorization failed.]' },
  GROUP_AUTHORIZATION_FAILED: { code: 30, retriable: false, refreshesMetadata: false, message: 'Not authorized to access group: Group authorization failed.' },
  CLUSTER_AUTHORIZATION_FAILED: { code: 31, retriable: false, refreshesMetadata: false, message: 'Cluster authorization failed.' },
  INVALID_TIMESTAMP: { code: 32, retriable: false, refreshesMetadata: false, message: 'The timestamp of the message is out of acceptable range.' },
  UNSUPPORTED_SASL_MECHANISM: { code: 33, retriable: false, refreshesMetadata: false, message: 'The broker does not support the requested SASL mechanism.' },
  ILLEGAL_SASL_STATE: { code: 34, retriable: false, refreshesMetadata: false, message: 'Request is not valid given the current SASL state.' },
  UNSUPPORTED_VERSION: { code: 35, retriable: false, refreshesMetadata: false, message: 'The version of API is not supported.' },
  TOPIC_ALREADY_EXISTS: { code: 36, retriable: false, refreshesMetadata: false, message: 'Topic with this name already exists.' },
  INVALID_PARTITIONS: { code: 37, retriable: false, refreshesMetadata: false, message: 'Number of partitions is below 1.' },
  INVALID_REPLICATION_FACTOR: { code: 38, retriable: false, refreshesMetadata: false, message: 'Replication factor is below 1 or larger than the number of available brokers.' },
  INVALID_REPLICA_ASSIGNMENT: { code: 39, retriable: false, refreshesMetadata: false, message: 'Replica assignment is invalid.' },
  INVALID_CONFIG: { code: 40, retriable: false, refreshesMetadata: false, message: 'Configuration is invalid.' },
  NOT_CONTROLLER: { code: 41, retriable: true, refreshesMetadata: false, message: 'This is not the correct controller for this cluster.' },
  INVALID_REQUEST: { code: 42, retriable: false, refreshesMetadata: false, message: 'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.' },
  UNSUPPORTED_FOR_MESSAGE_FORMAT: { code: 43, retriable: false, refreshesMetadata: false, message: 'The message format version on the broker does not support the request.' },
  POLICY_VIOLATION: { code: 44, retriable: false, refreshesMetadata: false, message: 'Request parameters do not satisfy the configured policy.' },
  OUT_OF_ORDER_SEQUENCE_NUMBER: { code: 45, retriable: false, refreshesMetadata: false, message: 'The broker received an out of order sequence number.' },
  DUPLICATE_SEQUENCE_NUMBER: { code: 46, retriable: false, refreshesMetadata: false, message: 'The broker received a duplicate sequence number.' },
  INVALID_PRODUCER_EPOCH: { code: 47, retriable: false, refreshesMetadata: false, message: "Producer attempted an operation with an old epoch. Either there is a newer producer with the same transactionalId, or the producer's transaction has been expired by the broker." },
  INVALID_TXN_STATE: { code: 48, retriable: false, refreshesMetadata: false, message: 'The producer attempted a transactional operation in an invalid state.' },
  INVALID_PRODUCER_ID_MAPPING: { code: 49, retriable: false, refreshesMetadata: false, message: 'The producer attempted to use a producer id which is not currently assigned to its transactional id.' },
  INVALID_TRANSACTION_TIMEOUT: { code: 50, retriable: false, refreshesMetadata: false, message: 'The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).' },
  CONCURRENT_TRANSACTIONS: { code: 51, retriable: false, refreshesMetadata: false, message: 'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing.' },
  TRANSACTION_COORDINATOR_FENCED: { code: 52, retriable: false, refreshesMetadata: false, message: 'Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer.' },
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: { code: 53, retriable: false, refreshesMetadata: false, message: 'Transactional Id authorization failed.' },
  SECURITY_DISABLED: { code: 54, retriable: false, refreshesMetadata: false, message: 'Security features are disabled.' },
  OPERATION_NOT_ATTEMPTED: { code: 55, retriable: false, refreshesMetadata: false, message: 'The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest.' },
  KAFKA_STORAGE_ERROR: { code: 56, retriable: true, refreshesMetadata: true, message: 'Disk error when trying to access log file on the disk.' },
  LOG_DIR_NOT_FOUND: { code: 57, retriable: false, refreshesMetadata: false, message: 'The user-specified log directory is not found in the broker config.' },
  SASL_AUTHENTICATION_FAILED: { code: 58, retriable: false, refreshesMetadata: false, message: 'SASL Authentication failed.' },
  UNKNOWN_PRODUCER_ID: { code: 59, retriable: false, refreshesMetadata: false, message: "This exception is raised by the broker if it could not locate the producer metadata associated with the producerId in question. This could happen if, for instance, the producer's records were deleted because their retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is removed from the broker, and future appends by the producer will return this exception." },
  REASSIGNMENT_IN_PROGRESS: { code: 60, retriable: false, refreshesMetadata: false, message: 'A partition reassignment is in progress.' },
  DELEGATION_TOKEN_AUTH_DISABLED: { code: 61, retriable: false, refreshesMetadata: false, message: 'Delegation Token feature is not enabled.' },
  DELEGATION_TOKEN_NOT_FOUND: { code: 62, retriable: false, refreshesMetadata: false, message: 'Delegation Token is not found on server.' },
  DELEGATION_TOKEN_OWNER_MISMATCH: { code: 63, retriable: false, refreshesMetadata: false, message: 'Specified Principal is not valid Owner/Renewer.' },
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: { code: 64, retriable: false, refreshesMetadata: false, message: 'Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated channels.' },
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: { code: 65, retriable: false, refreshesMetadata: false, message: 'Delegation Token authorization failed.' },
  DELEGATION_TOKEN_EXPIRED: { code: 66, retriable: false, refreshesMetadata: false, message: 'Delegation Token is expired.' },
  INVALID_PRINCIPAL_TYPE: { code: 67, retriable: false, refreshesMetadata: false, message: 'Supplied principalType is not supported.' },
  NON_EMPTY_GROUP: { code: 68, retriable: false, refreshesMetadata: false, message: 'The group is not empty.' },
  GROUP_ID_NOT_FOUND: { code: 69, retriable: false, refreshesMetadata: false, message: 'The group id does not exist.' },
  FETCH_SESSION_ID_NOT_FOUND: { code: 70, retriable: true, refreshesMetadata: false, message: 'The fetch session ID was not found.' },
  INVALID_FETCH_SESSION_EPOCH: { code: 71, retriable: true, refreshesMetadata: false, message: 'The fetch session epoch is invalid.' },
  LISTENER_NOT_FOUND: { code: 72, retriable: true, refreshesMetadata: true, message: 'There is no listener on the leader broker that matches the listener on which metadata request was processed.' },
  TOPIC_DELETION_DISABLED: { code: 73, retriable: false, refreshesMetadata: false, message: 'Topic deletion is disabled.' },
  FENCED_LEADER_EPOCH: { code: 74, retriable: true, refreshesMetadata: true, message: 'The leader epoch in the request is older than the epoch on the broker' },
  UNKNOWN_LEADER_EPOCH: { code: 75, retriable: true, refreshesMetadata: false, message: 'The leader epoch in the request is newer than the epoch on the broker' },
  UNSUPPORTED_COMPRESSION_TYPE: { code: 76, retriable: false, refreshesMetadata: false, message: 'The requesting client does not support the compression type of given partition.' },
  STALE_BROKER_EPOCH: { code: 77, retriable: false, refreshesMetadata: false, message: 'Broker epoch has changed' },
  OFFSET_NOT_AVAILABLE: { code: 78, retriable: true, refreshesMetadata: false, message: 'The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing.' },
  MEMBER_ID_REQUIRED: { code: 79, retriable: false, refreshesMetadata: false, message: 'The group member needs to have a valid member id before actually entering a consumer group' },
  PREFERRED_LEADER_NOT_AVAILABLE: { code: 80, retriable: true, refreshesMetadata: true, message: 'The preferred leader was not available' },
  GROUP_MAX_SIZE_REACHED: { code: 81, retriable: false, refreshesMetadata: false, message: 'The consumer group has reached its max size.' },
  FENCED_INSTANCE_ID: { code: 82, retriable: false, refreshesMetadata: false, message: 'The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id.' },
} as const satisfies { readonly [name: string]: ErrorEntry };

export type ErrorName = keyof typeof errors;

const names: { readonly [code: number]: ErrorName } = Object.fromEntries(
  (Object.keys(errors) as ErrorName[]).map((name) => [errors[name].code, name]),
);

/** The number on the wire. */
export function errorCode(name: ErrorName): number {
  return errors[name].code;
}

/** A code no 2.3.0 broker knows reads as UNKNOWN_SERVER_ERROR, as the real clients do. */
export function errorName(code: number): ErrorName {
  return names[code] ?? 'UNKNOWN_SERVER_ERROR';
}

/** The default text that tools print; empty for NONE. */
export function errorMessage(name: ErrorName): string {
  return errors[name].message;
}

export function isRetriable(name: ErrorName): boolean {
  return errors[name].retriable;
}

/** True for the errors after which a client fetches metadata at once (`InvalidMetadataException`). */
export function refreshesMetadata(name: ErrorName): boolean {
  return errors[name].refreshesMetadata;
}
