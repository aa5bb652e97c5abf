// Says each test by name that was skipped for want of engines: the default reporter only counts them.
import type { Reporter } from 'vitest/node';

/** Stands in the name of what is skipped; the reason follows. */
export const SKIPPED = '[skipped: ';

export const skippedReporter: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        if (test.fullName.includes(SKIPPED)) {
          process.stdout.write(` ↓ ${module.relativeModuleId} > ${test.fullName}\n`);
        }
      }
    }
  },
};
