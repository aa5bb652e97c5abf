// Preloaded where one process does everything; what it sets, glibc and V8 read when a process begins. glibc gives threads heaps of
// their own, and what buffers leave behind in each is resident for good: with one heap a replay takes a tenth less time and 12 MB
// less. A small young generation keeps a laptop's process small; with Kafka and Cassandra much is under way at once, which a
// small one would copy again and again: a sixth of the processor's time with fifty events.
const { env, execArgv, execPath, platform } = process;
if (platform === 'linux' && env.MALLOC_ARENA_MAX === undefined) {
  const youngMb = env.KAFKA_BROKERS ? 16 : 4;
  const args = [execPath, ...execArgv, `--max-semi-space-size=${youngMb}`, ...process.argv.slice(1)];
  process.execve(execPath, args, { ...env, MALLOC_ARENA_MAX: '1' });
}
