import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trackerConfig, WrongUsage } from '../../tracker/options.ts';

describe('trackerConfig', () => {
  it('plays the sample when nothing is said', () => {
    expect(trackerConfig([], {})).toEqual({
      source: { kind: 'simulator', searchPostsPerDay: 10_000 },
      once: false,
      events: [],
      install: undefined,
      dataDir: 'data',
      kafka: undefined,
      spool: { dir: join('data', 'spool'), maxBytes: 1_073_741_824 },
      postsPerDay: undefined,
      logLevel: 'info',
    });
  });

  it('reads X when a token is set, and a file before everything else', () => {
    const env = { X_BEARER_TOKEN: 'abc', SOURCE: 'none' };
    expect(trackerConfig([], { X_BEARER_TOKEN: 'abc' }).source).toEqual({
      kind: 'x',
      url: 'https://api.x.com',
      token: 'abc',
      searchPostsPerDay: 10_000,
    });
    expect(trackerConfig([], env).source).toEqual({ kind: 'none' });
    expect(trackerConfig(['--replay', 'a.jsonl', '--rate', '57'], env).source).toEqual({
      kind: 'replay',
      path: 'a.jsonl',
      rate: 57,
    });
  });

  it('takes events with keywords, a comma inside a phrase included', () => {
    const { events } = trackerConfig(
      ['--event', 'Flood=flood, "dam, broken" ,evacuate', '--event', 'Ünrest=a=b'],
      {},
    );
    expect(events).toEqual([
      { name: 'Flood', keywords: ['flood', '"dam, broken"', 'evacuate'] },
      { name: 'Ünrest', keywords: ['a=b'] },
    ]);
  });

  it.each([
    [['--once'], {}, /--once needs --replay/],
    [['--rate', '5'], {}, /--rate needs --replay/],
    [['--replay', 'a', '--rate=-1'], {}, /--rate takes a number/],
    [['--replay', 'a', '--rate', 'fast'], {}, /"fast"/],
    [['--event', 'Flood'], {}, /NAME=keyword/],
    [['--event', '=flood'], {}, /NAME=keyword/],
    [['--event', 'Flood= , '], {}, /NAME=keyword/],
    [['--nonsense'], {}, /--nonsense/],
    [[], { SOURCE: 'twitter' }, /SOURCE must be one of x, replay, simulator, none; it is "twitter"/],
    [[], { SOURCE: 'x' }, /X_BEARER_TOKEN/],
    [[], { SOURCE: 'replay' }, /--replay FILE/],
    [[], { X_BEARER_TOKEN: 'abc', X_API_URL: 'ftp://x' }, /X_API_URL/],
    [[], { INSTALL: 'no spaces' }, /INSTALL/],
    [[], { X_SEARCH_POSTS_PER_DAY: '9' }, /from 10 on, or 0.*"9"/],
    [[], { X_SEARCH_POSTS_PER_DAY: 'many' }, /X_SEARCH_POSTS_PER_DAY.*"many"/],
    [[], { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of error, warning, info/],
    [[], { KAFKA_BROKERS: 'kafka:9092' }, /KAFKA_BROKERS.*SOURCE=simulator/],
  ])('refuses %j with %j, saying what would be right', (argv, env, message) => {
    expect(() => trackerConfig(argv, env)).toThrow(WrongUsage);
    expect(() => trackerConfig(argv, env)).toThrow(message);
  });

  it('never shows a token that it refuses', () => {
    expect(() => trackerConfig([], { X_BEARER_TOKEN: 'geheim geheim' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('geheim') }),
    );
  });
});
