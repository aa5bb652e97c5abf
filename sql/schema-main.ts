// `npm run schema`: makes the keyspace and tables in Cassandra that the environment names.
import { applySchema } from './cassandra-schema.ts';
import { cassandraSettings } from './cassandra-settings.ts';

try {
  const settings = cassandraSettings(process.env);
  if (settings === undefined)
    throw new Error('CASSANDRA_CONTACT_POINTS must say where Cassandra is, like "127.0.0.1:9042".');
  process.stdout.write(`${await applySchema(settings)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
