// What is kept of a post that cannot become a row.
import { hash } from 'node:crypto';
import type { Rejected } from '../../sql/ledger.ts';

const KEPT_BYTES = 64 * 1024;

/** `at` in ms since 1970. The same bytes rejected again for the same event are the same rejection. */
export function rejection(event: string, bytes: Uint8Array, reason: string, at: number): Rejected {
  return {
    sha256: hash('sha256', bytes),
    event,
    reason,
    length: bytes.length,
    bytes: bytes.subarray(0, KEPT_BYTES),
    at,
  };
}
