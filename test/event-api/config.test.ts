// The event API's settings.
import { describe, expect, it } from 'vitest';
import { configOf } from '../../functions/event-api/config.ts';

describe('configOf', () => {
  it('has defaults that let only this machine in', () => {
    const expected = {
      host: '127.0.0.1',
      port: 8080,
      access: { loopback: true, token: undefined },
      dataDir: 'data',
      kafka: undefined,
      cassandra: undefined,
      logLevel: 'info',
    };
    expect(configOf({})).toEqual(expected);
    expect(configOf({ HOST: '', PORT: '', API_TOKEN: '', DATA_DIR: '', LOG_LEVEL: '' })).toEqual(expected);
  });

  it.each(['127.0.0.1', '127.0.0.2', 'localhost', '::1'])('takes %s for loopback', (HOST) => {
    expect(configOf({ HOST }).access.loopback).toBe(true);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'news.example', '127.0.0.1.evil.example'])(
    'refuses HOST %s without API_TOKEN, naming both',
    (HOST) => {
      expect(() => configOf({ HOST })).toThrow(/HOST.*API_TOKEN.*Set API_TOKEN/);
      expect(configOf({ HOST, API_TOKEN: 'secret' }).access).toEqual({ loopback: false, token: 'secret' });
    },
  );

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['LOG_LEVEL', 'loud'],
    ['API_TOKEN', 'two words'],
    ['API_TOKEN', 'schlüssel'],
  ])('refuses %s=%s, naming the variable and not the value', (name, value) => {
    expect(() => configOf({ [name]: value })).toThrow(new RegExp(`^${name} must be`));
    expect(() => configOf({ API_TOKEN: 'two words' })).not.toThrow(/two words/);
  });
});
