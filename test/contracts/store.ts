// What every Store does, whatever its engine.
import { afterAll, beforeAll, describe } from 'vitest';
import type { PartSize } from '../../sql/part.ts';
import type { Store } from '../../sql/store.ts';
import { columnsContract } from './store-columns.ts';
import { ledgerContract } from './store-ledger.ts';
import { messagesContract } from './store-messages.ts';
import { readingContract } from './store-reading.ts';
import { writingContract } from './store-writing.ts';

/** Opens the store under test; `part` bounds what one call of `messages` gives. */
export type OpenStore = (part?: PartSize) => Promise<Store>;

/** Every test uses event codes of its own, so `open` may give one and the same database each time. */
export function storeContract(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    columnsContract(() => store);
    writingContract(() => store);
    readingContract(() => store);
    messagesContract(() => store, open);
    ledgerContract(() => store);
  });
}
