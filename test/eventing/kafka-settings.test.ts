// Where Kafka is, read from the environment.
import { describe, expect, it } from 'vitest';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';

const KAFKA_BROKERS = 'one:9092';
const plain = { brokers: ['one:9092'], ssl: false, caFile: undefined, sasl: undefined };

describe('kafkaSettings', () => {
  it.each([{}, { KAFKA_BROKERS: '' }, { KAFKA_SSL: 'true', KAFKA_BROKERS: undefined }])(
    'is undefined without brokers: %j',
    (env) => {
      expect(kafkaSettings(env)).toBeUndefined();
    },
  );

  it.each([
    [{ KAFKA_BROKERS }, plain],
    [{ KAFKA_BROKERS, KAFKA_SSL: '', KAFKA_SASL_PASSWORD: '' }, plain],
    [
      { KAFKA_BROKERS: 'one:9092, two.example.org:19092' },
      { ...plain, brokers: ['one:9092', 'two.example.org:19092'] },
    ],
    [{ KAFKA_BROKERS, KAFKA_SSL: 'false' }, plain],
    [
      { KAFKA_BROKERS, KAFKA_SSL: 'true', KAFKA_CA_FILE: '/etc/ca.pem' },
      { ...plain, ssl: true, caFile: '/etc/ca.pem' },
    ],
    [
      { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: ' p ' },
      { ...plain, sasl: { mechanism: 'plain', username: 'u', password: ' p ' } },
    ],
    [
      {
        KAFKA_BROKERS,
        KAFKA_SSL: 'true',
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD: 'p',
      },
      { ...plain, ssl: true, sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' } },
    ],
  ])('reads %j', (env, settings) => {
    expect(kafkaSettings(env)).toEqual(settings);
  });

  it.each([
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:9092,' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:0' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:65536' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka://one:9092' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:9092 two:9092' }],
    ['KAFKA_SSL', { KAFKA_BROKERS, KAFKA_SSL: 'yes' }],
    ['KAFKA_CA_FILE', { KAFKA_BROKERS, KAFKA_CA_FILE: '/etc/ca.pem' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'oauthbearer' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS, KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'secret' }],
    ['KAFKA_SASL_USERNAME', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'secret' }],
    ['KAFKA_SASL_PASSWORD', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }],
  ])('names %s where it cannot be taken: %j', (name, env) => {
    expect(() => kafkaSettings(env)).toThrow(name);
    expect(() => kafkaSettings(env)).not.toThrow('secret');
  });
});
