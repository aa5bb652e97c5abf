// What a cluster's settings mean for what it acknowledges.
import { expect, it } from 'vitest';
import { problemsWith } from '../../eventing/kafka-problems.ts';

const good = { brokers: 3, replication: 3, minInSync: 2, uncleanElection: false };

it.each([
  [good, []],
  [{ ...good, brokers: 1, replication: 1, minInSync: 1 }, ['default.replication.factor']],
  [{ ...good, minInSync: 1 }, ['min.insync.replicas is 1']],
  [{ ...good, minInSync: 3 }, ['takes no records while one broker is away']],
  [{ ...good, uncleanElection: true }, ['unclean.leader.election.enable']],
  [{ ...good, minInSync: 1, uncleanElection: true }, ['min.insync.replicas is 1', 'unclean.leader']],
])('problemsWith tells of %j', (safety, expected) => {
  const problems = problemsWith(safety);
  expect(problems).toHaveLength(expected.length);
  for (const [index, part] of expected.entries()) expect(problems[index]).toContain(part);
});
