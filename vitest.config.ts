// Four projects: `embedded` needs nothing but Node; `engines` (files named *.engines.test.ts) needs a Kafka and a
// Cassandra, which its setup finds or starts once; `cluster` (*.cluster.test.ts) needs a Kubernetes API server likewise;
// `fire` and `knative` (a whole installation on a real Knative) take their time and are no part of `npm test`.
// `vitest run --project embedded` runs the first alone.
import { defineConfig } from 'vitest/config';
import { skippedReporter } from './test/engines/skipped-reporter.ts';

const ENGINES = 'test/**/*.engines.test.ts';
const CLUSTER = 'test/**/*.cluster.test.ts';
const KNATIVE = 'test/on-knative/*.knative.test.ts';
const FIRE = 'test/fire/*.engines.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', skippedReporter],
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['test/**/*.test.ts'],
          exclude: [ENGINES, CLUSTER, KNATIVE],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: [ENGINES],
          exclude: [FIRE],
          globalSetup: ['test/engines/vitest-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 150_000,
          // After the others, and few at a time: the engines take their share of the processors.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [CLUSTER],
          globalSetup: ['test/cluster/vitest-setup.ts'],
          testTimeout: 120_000,
          // One after the other: one of them restarts the API server under itself.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'fire',
          include: [FIRE],
          globalSetup: ['test/engines/vitest-setup.ts'],
          hookTimeout: 150_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'knative',
          include: [KNATIVE],
          globalSetup: ['test/on-knative/vitest-setup.ts'],
          testTimeout: 900_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
