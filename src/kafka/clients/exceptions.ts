/** The exception a Java client gives for an error code (`Errors` 2.3.0), as its short class name. */
import type { ErrorName } from '../protocol/errors.ts';

/** Where the name is not the code's in camel case and `Exception`. */
const irregular: { readonly [error: string]: string } = {
  UNKNOWN_SERVER_ERROR: 'UnknownServerException',
  CORRUPT_MESSAGE: 'CorruptRecordException',
  REQUEST_TIMED_OUT: 'TimeoutException',
  MESSAGE_TOO_LARGE: 'RecordTooLargeException',
  RECORD_LIST_TOO_LARGE: 'RecordBatchTooLargeException',
  NETWORK_EXCEPTION: 'NetworkException',
  INVALID_TOPIC_EXCEPTION: 'InvalidTopicException',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'OutOfOrderSequenceException',
  DUPLICATE_SEQUENCE_NUMBER: 'DuplicateSequenceException',
  INVALID_PRODUCER_EPOCH: 'ProducerFencedException',
  INVALID_CONFIG: 'InvalidConfigurationException',
  NON_EMPTY_GROUP: 'GroupNotEmptyException',
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  KAFKA_STORAGE_ERROR: 'KafkaStorageException',
};

export function exceptionName(error: ErrorName): string {
  const known = irregular[error];
  if (known !== undefined) return known;
  const words = error.split('_').map((word) => word[0]! + word.slice(1).toLowerCase());
  return `${words.join('')}Exception`;
}

/** The same with its package, as an exception names itself in a log. */
export const exceptionClass = (error: ErrorName): string => `org.apache.kafka.common.errors.${exceptionName(error)}`;
