// What each process says of a variable that it cannot take, before it connects to anything.
import { expect, test } from 'vitest';
import { startNode, tempDir } from '../journey/running.ts';

const PORT = { PORT: '70000' };
const BROKERS = { KAFKA_BROKERS: 'no port' };
const POINTS = { CASSANDRA_CONTACT_POINTS: 'host:99999' };
const LEVEL = { LOG_LEVEL: 'loud' };
const programs = [
  'functions/event-api/main.ts',
  'functions/controller/main.ts',
  'functions/normalizer/main.ts',
];

test.each([
  ...programs.flatMap((program) =>
    [PORT, BROKERS, POINTS, LEVEL].map((env) => [program, Object.keys(env)[0]!, env, 1] as const),
  ),
  ['functions/controller/main.ts', 'EPICENTER_URL', { EPICENTER_URL: 'here' }, 1] as const,
  ['tracker/main.ts', 'KAFKA_BROKERS', { SOURCE: 'none', ...BROKERS }, 2] as const,
  ['tracker/main.ts', 'SPOOL_MAX_BYTES', { SOURCE: 'none', SPOOL_MAX_BYTES: 'much' }, 2] as const,
  ['tracker/main.ts', 'HEALTH_PORT', { SOURCE: 'none', HEALTH_PORT: '70000' }, 2] as const,
  ['tracker/main.ts', 'SOURCE', { SOURCE: 'y' }, 2] as const,
])('%s names %s when it cannot take it', async (program, name, env, status) => {
  using dir = tempDir('variables');
  const started = startNode([program], { DATA_DIR: dir.path, ...env });
  expect(await started.ended, started.err()).toBe(status);
  expect(started.err()).toContain(name);
});
