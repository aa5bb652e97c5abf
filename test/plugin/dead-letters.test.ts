// kn epicenter dead-letters against a real event API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { bury, recordsOn, refused } from '../event-api/letters.ts';
import { cells, openPlugin, type Plugin } from './plugin-fixture.ts';

let plugin: Plugin;
beforeEach(async () => {
  plugin = await openPlugin();
  await plugin.make('Flood');
  await plugin.log.createTopic(rawTweets('flood'));
});
afterEach(async () => {
  await plugin[Symbol.asyncDispose]();
});

const posts = (code: string) => tweetsReceived('tracker', code, Buffer.from('one\ntwo\n'));

describe('kn epicenter dead-letters', () => {
  it('lists them with their reason', async () => {
    expect(await plugin.says('dead-letters', 'list')).toBe('No dead letters found.\n');
    await bury(plugin.log, posts('flood'), refused);
    await bury(plugin.log, posts('nobody'), refused);
    const [header, second, first] = cells(await plugin.says('dead-letters', 'list'));
    expect(header).toEqual(['ID', 'EVENT', 'TYPE', 'BYTES', 'AGE', 'REASON']);
    const reason = 'Answered 422: The record is empty.';
    expect(first).toEqual(['0-0', 'flood', 'tweets.received', '8', expect.stringMatching(/^\d+s$/), reason]);
    expect(second?.slice(0, 2)).toEqual(['0-1', 'nobody']);
    expect(cells(await plugin.says('dead-letters', 'list', '--event', 'flood'))).toHaveLength(2);
    expect(cells(await plugin.says('dead-letters', 'list', '--limit=1'))).toHaveLength(2);
  });

  it('sends them again, once', async () => {
    await bury(plugin.log, posts('flood'), refused);
    expect(await plugin.says('dead-letters', 'resend', '0-0')).toBe(
      'Sent again: 1. Sent before: 0. Refused: 0.\n',
    );
    expect(await plugin.says('dead-letters', 'resend', '0-0')).toBe(
      'Sent again: 0. Sent before: 1. Refused: 0.\n',
    );
    expect(await plugin.says('dead-letters', 'resend', '-e', 'flood')).toContain('Sent again: 0.');
    expect(await recordsOn(plugin.log, 'raw-tweets.flood')).toHaveLength(1);
  });

  it('says which ones cannot be sent, and ends with 1', async () => {
    await bury(plugin.log, posts('nobody'), refused);
    const { status, out } = await plugin.kn('dead-letters', 'resend', '--all');
    expect(status).toBe(1);
    expect(cells(out).at(-1)).toEqual(['0-0', 'There is no event with its code: nobody.']);
  });

  it('goes on until all are listed and all are sent', async () => {
    const letter = { ...posts('flood'), topic: DEAD_LETTERS.name };
    for (let n = 0; n < 3; n++) await plugin.log.append(Array.from({ length: 500 }, () => letter));
    const listed: unknown = JSON.parse(
      await plugin.says('dead-letters', 'list', '--limit', '1400', '-o', 'json'),
    );
    expect(listed).toHaveLength(1_400);
    expect(await plugin.says('dead-letters', 'resend', '--all')).toContain('Sent again: 1500.');
    expect(await recordsOn(plugin.log, 'raw-tweets.flood')).toHaveLength(1_500);
  });

  it.each([
    [[], 'give ids, or --event CODE, or --all'],
    [['0-0', '--all'], 'give ids, or --event CODE, or --all'],
    [['--event'], "Option '-e, --event <value>' argument missing"],
  ])('resend %j is wrong usage', async (args, says) => {
    const { status, err } = await plugin.kn('dead-letters', 'resend', ...args);
    expect(status).toBe(2);
    expect(err).toBe(`Error: ${says}\nRun 'kn epicenter dead-letters resend --help' for usage.\n`);
  });
});
