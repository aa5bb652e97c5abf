import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, route } from '../../tracker/matcher.ts';

describe('route', () => {
  const matcher = compile([{ code: 'e', keywords: ['flood'] }]);
  const routed = (line: string | Uint8Array): ReturnType<typeof route> =>
    route(matcher, typeof line === 'string' ? Buffer.from(line) : line);

  it('route gives what a line is and which events want it', () => {
    const { sorted, matches: found } = routed('{"id_str":"1","text":"a flood","user":{}}');
    expect(sorted).toMatchObject({ kind: 'post', form: 'v1', post: { id_str: '1' } });
    expect(found).toEqual([{ code: 'e', keywords: ['flood'] }]);
  });

  it('route reads bytes that begin in the middle of a buffer', () => {
    const bytes = Buffer.from('xx{"data":{"id":"1","text":"flood"}}xx');
    expect(routed(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, bytes.length - 4)).matches.length).toBe(
      1,
    );
  });

  it('route matches no keyword in a message that is no post', () => {
    const { sorted, matches: found } = routed('{"limit":{"track":5,"text":"flood"}}');
    expect(sorted).toMatchObject({ kind: 'control', name: 'limit' });
    expect(found.length).toBe(0);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['half a message', '{"id_str":"1","te', /not JSON/],
    ['nothing', '', /not JSON/],
    ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
    ['half a character', Buffer.from('"é"').subarray(0, 2), /UTF-8/],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /UTF-8/],
    ['a list', '[]', /object/],
    ['deep nesting', '['.repeat(1_000_000), /not JSON/],
    ['complete deep nesting', '['.repeat(200_000) + ']'.repeat(200_000), /./],
    ['a deep post', `{"user":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`, /id/],
  ])('route calls %s invalid and says why', (_, line, reason) => {
    const { sorted, matches: found } = routed(line);
    expect(sorted.kind).toBe('invalid');
    expect(sorted.kind === 'invalid' && sorted.reason).toMatch(reason);
    expect(found.length).toBe(0);
  });

  it('route takes lone surrogates and NULs in a text as what separates words', () => {
    expect(routed('{"id_str":"1","text":"a\\ud800flood\\u0000b"}').matches.length).toBe(1);
  });

  it('route never throws, whatever JSON it gets', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(['post', 'control', 'page', 'invalid']).toContain(routed(json).sorted.kind);
      }),
    );
  });
});
