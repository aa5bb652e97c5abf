// Random fault scripts against the tracker on the simulator: whatever happens, a post is stored or in a gap, and no gap
// claims more than happened. FAULT_SCRIPTS (default 12) is how many, every fourth with a SIGKILL; FAULT_SEED repeats them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { randomFrom } from '../bench/random.ts';
import { foreignIn, lostIn, overclaimedIn } from './faults-check.ts';
import { play } from './faults-run.ts';
import { scriptFrom } from './faults-script.ts';

const SCRIPTS = Number(process.env['FAULT_SCRIPTS'] ?? 12);
const FIRST = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000_000);
const seeds = Array.from({ length: SCRIPTS }, (_, nth) => FIRST + nth);
const PATIENCE_MS = 120_000;

describe('the tracker', () => {
  it.concurrent.for(seeds)(
    'loses nothing that no gap tells of, and tells of no gap without a reason (FAULT_SEED=%i FAULT_SCRIPTS=1)',
    { timeout: PATIENCE_MS },
    async (seed, { expect }) => {
      const script = scriptFrom(randomFrom(seed), seed % 4 === 0);
      const dir = mkdtempSync(join(tmpdir(), 'epicenter-faults-'));
      try {
        const run = await play(script, seed, dir);
        const story = JSON.stringify({ seed, ...script, troubles: run.troubles, gaps: [...run.gaps] });
        expect(
          { lost: lostIn(run).slice(0, 20), foreign: foreignIn(run), overclaimed: overclaimedIn(run) },
          story,
        ).toEqual({
          lost: [],
          foreign: [],
          overclaimed: [],
        });
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});
