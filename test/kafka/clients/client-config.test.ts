import { describe, expect, it } from 'vitest';
import { producerConfig } from '../../../src/kafka/clients/client-config.ts';

const given = (key: string, value: string): object => producerConfig({ bootstrapServers: '127.0.0.1:9092', properties: { [key]: value } }, 'p');

describe('numbers in the settings of clients', () => {
  it('are what the type can hold, as in Java', () => {
    expect(given('batch.size', '2147483647')).toMatchObject({ batchSize: 2147483647 });
    expect(given('batch.size', '2147483648')).toMatchObject({ key: 'batch.size', message: 'Invalid value 2147483648 for configuration batch.size: Not a number of type INT' });
    expect(given('buffer.memory', '9223372036854775807')).toMatchObject({ bufferMemory: 9223372036854775807 });
    expect(given('buffer.memory', '9223372036854775808')).toMatchObject({ message: 'Invalid value 9223372036854775808 for configuration buffer.memory: Not a number of type LONG' });
  });

  it('are refused below the least by what was read', () => {
    expect(given('linger.ms', '-007')).toMatchObject({ message: 'Invalid value -7 for configuration linger.ms: Value must be at least 0' });
  });
});
