// The id of a row: the same for the same post of the same event, whoever computes it.
import { hash } from 'node:crypto';

/** The namespace of our UUIDs. Another one would double every stored tweet's identity. */
export const NAMESPACE = '65706963-656e-4ec3-a972-206f6620706f';

// Its bytes are UTF-8, so that namespace and name are one string: hashing that is a third faster than hashing a buffer.
const PREFIX = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex').toString();
// By the digit that RFC 9562 §4.1 has two bits of replaced.
const VARIANT = '89ab89ab89ab89ab';
const DIGITS = '0123456789abcdef';

/** UUIDv5 (RFC 9562 §5.5) of `<event code>/<post id>`. */
export function tweetId(event: string, id: string): string {
  const hex = hash('sha1', `${PREFIX}${event}/${id}`);
  const variant = VARIANT.charAt(DIGITS.indexOf(hex.charAt(16)));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
