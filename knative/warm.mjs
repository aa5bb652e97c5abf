// Loads every program once, so that Node's compile cache (NODE_COMPILE_CACHE) holds what they need. Starts nothing.
import { enableCompileCache, flushCompileCache } from 'node:module';

enableCompileCache();
const programs = [
  'functions/event-api/main.ts',
  'functions/controller/main.ts',
  'functions/normalizer/main.ts',
];
const parts = [
  'eventing/kafka.ts',
  'sql/cassandra.ts',
  'sql/sqlite.ts',
  'tracker/x-source.ts',
  'tracker/x-api.ts',
];
for (const file of [...programs, ...parts]) await import(new URL(`../${file}`, import.meta.url).href);
flushCompileCache();
