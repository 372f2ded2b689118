/**
 * What a Java virtual machine prints by itself: exceptions with their frames, numbers.
 */
import { stackTrace as traceText } from '../../kafka/stack-trace.ts';
import type { Micros } from '../../kernel/program.ts';

/** From the start of a process until its `main` does anything: loading classes took 0.6 to 1.1 s where it was recorded. */
export const JVM_START: Micros = 800_000;

/** `frames` without `\tat `; an API exception of Kafka has none, since it does not fill in its stack trace. */
export class JavaException extends Error {
  readonly className: string;
  readonly frames: readonly string[];
  readonly causedBy: JavaException | null;
  readonly suppressed: readonly JavaException[];

  constructor(className: string, message: string, frames: readonly string[] = [], causedBy: JavaException | null = null, suppressed: readonly JavaException[] = []) {
    super(message);
    this.className = className;
    this.frames = frames;
    this.causedBy = causedBy;
    this.suppressed = suppressed;
  }
}

/** `Throwable.toString`. */
export function throwableText(exception: JavaException): string {
  return exception.message === '' ? exception.className : `${exception.className}: ${exception.message}`;
}

/** `printStackTrace`, every line with its newline. Causes are printed with the frames they were given, none of them shortened. */
export function stackTrace(exception: JavaException): string {
  const lines = [traceText(throwableText(exception), exception.frames), ...exception.suppressed.map((one) => `\tSuppressed: ${throwableText(one)}`)];
  const own = lines.map((line) => `${line}\n`).join('');
  return exception.causedBy === null ? own : `${own}Caused by: ${stackTrace(exception.causedBy)}`;
}

/** What the default handler prints when an exception leaves `main`. */
export function uncaught(exception: JavaException): string {
  return `Exception in thread "main" ${stackTrace(exception)}`;
}

/** An exception of `org.apache.kafka.common.errors`. */
export function apiException(name: string, message: string): JavaException {
  return new JavaException(`org.apache.kafka.common.errors.${name}`, message);
}

/** What a setting is refused with. */
export function configException(message: string): JavaException {
  return new JavaException('org.apache.kafka.common.config.ConfigException', message);
}

export function illegalArgument(message: string, frames: readonly string[] = []): JavaException {
  return new JavaException('java.lang.IllegalArgumentException', message, frames);
}

/** Where `KafkaFutureImpl.get` throws, without and with a time-out. */
const FUTURE_LINES = { get: [89, 260], timedGet: [104, 272] } as const;

/** What `get` of a future that failed throws at the place of its caller. */
export function executionException(cause: JavaException, frames: readonly string[], isTimed = false): JavaException {
  const at = (method: string, line: number): string => `org.apache.kafka.common.internals.KafkaFutureImpl${method}(KafkaFutureImpl.java:${line})`;
  const [awaited, got] = FUTURE_LINES[isTimed ? 'timedGet' : 'get'];
  const own = [at('.wrapAndThrow', 45), at('.access$000', 32), at('$SingleWaiter.await', awaited), at('.get', got)];
  return new JavaException('java.util.concurrent.ExecutionException', throwableText(cause), [...own, ...frames], cause);
}

/** `String.split` of a plain separator: empty pieces at the end are left out, the only piece of a text without it is kept. */
export function javaSplit(text: string, separator: string): readonly string[] {
  if (!text.includes(separator)) return [text];
  const pieces = text.split(separator);
  return pieces.slice(0, pieces.findLastIndex((piece) => piece !== '') + 1);
}

/** `Double.toString`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : `${value < 0 ? '-' : ''}Infinity`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
