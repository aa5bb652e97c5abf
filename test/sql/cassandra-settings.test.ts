import { describe, expect, test } from 'vitest';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';

const settings = (env: Record<string, string>) =>
  cassandraSettings({ CASSANDRA_CONTACT_POINTS: '127.0.0.1', ...env });

describe('cassandraSettings', () => {
  test('is undefined without contact points', () => {
    expect(cassandraSettings({ CASSANDRA_KEYSPACE: 'x' })).toBeUndefined();
    expect(cassandraSettings({ CASSANDRA_CONTACT_POINTS: '' })).toBeUndefined();
  });

  test('has the defaults of the design', () => {
    expect(settings({})).toEqual({
      contactPoints: ['127.0.0.1'],
      localDc: 'datacenter1',
      keyspace: 'twitter_analytics',
      credentials: undefined,
      caFile: undefined,
      replication: undefined,
    });
  });

  test('reads everything that can be set', () => {
    const env = {
      CASSANDRA_CONTACT_POINTS: 'a.example:9142, [::1]:9042,10.0.0.1',
      CASSANDRA_LOCAL_DC: 'eu-west',
      CASSANDRA_KEYSPACE: 'k_2',
      CASSANDRA_USERNAME: 'u',
      CASSANDRA_PASSWORD: 'p',
      CASSANDRA_CA_FILE: '/ca.pem',
      CASSANDRA_REPLICATION: 'eu-west:3, us:2',
    };
    expect(cassandraSettings(env)).toEqual({
      contactPoints: ['a.example:9142', '[::1]:9042', '10.0.0.1'],
      localDc: 'eu-west',
      keyspace: 'k_2',
      credentials: { username: 'u', password: 'p' },
      caFile: '/ca.pem',
      replication: { 'eu-west': 3, us: 2 },
    });
    expect(settings({ CASSANDRA_REPLICATION: '2' })!.replication).toEqual({ datacenter1: 2 });
  });

  test.each([
    ['CASSANDRA_CONTACT_POINTS', 'http://a:9042'],
    ['CASSANDRA_CONTACT_POINTS', 'a,,b'],
    ['CASSANDRA_CONTACT_POINTS', 'a:70000'],
    ['CASSANDRA_CONTACT_POINTS', 'a:0'],
    ['CASSANDRA_LOCAL_DC', "dc'1"],
    ['CASSANDRA_KEYSPACE', 'Twitter'],
    ['CASSANDRA_KEYSPACE', 'x; DROP KEYSPACE y'],
    ['CASSANDRA_KEYSPACE', 'k'.repeat(49)],
    ['CASSANDRA_REPLICATION', '0'],
    ['CASSANDRA_REPLICATION', 'three'],
    ['CASSANDRA_REPLICATION', 'dc2:3'],
    ['CASSANDRA_REPLICATION', 'datacenter1:3,datacenter1:2'],
    ['CASSANDRA_REPLICATION', "datacenter1'}:3"],
  ])('names %s when it is %s', (name, value) => {
    expect(() => settings({ [name]: value })).toThrow(new RegExp(`^${name} must`));
  });

  test('asks for name and password together and shows neither', () => {
    expect(() => settings({ CASSANDRA_PASSWORD: 'geheim' })).toThrow(/CASSANDRA_USERNAME(?!.*geheim)/);
    expect(() => settings({ CASSANDRA_USERNAME: 'me' })).toThrow('CASSANDRA_PASSWORD');
  });
});
