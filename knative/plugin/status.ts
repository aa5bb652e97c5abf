// `kn epicenter status`: what the tracker, the services and the engines are doing.
import { z } from 'zod';
import { read } from './api.ts';
import { type Command, noOperands } from './command.ts';
import { age, facts, table } from './output.ts';

const tracker = z.object({
  install: z.string(),
  at: z.string(),
  source: z.string(),
  state: z.string(),
  problem: z.string().nullable(),
  connectedSince: z.string().nullable(),
  lastPostAt: z.string().nullable(),
  rules: z.number(),
  rate: z.number(),
  spoolBytes: z.number(),
  stale: z.boolean(),
});

const status = z.object({
  tracker: tracker.nullable(),
  events: z.record(z.string(), z.object({ lag: z.number(), deadLetters: z.number() })),
  services: z.array(z.object({ name: z.string(), ready: z.boolean(), awake: z.number() })),
  engines: z.array(z.object({ engine: z.string(), problems: z.array(z.string()) })),
});
type Status = z.infer<typeof status>;

export const statusCommand: Command = {
  words: ['status'],
  summary: 'Show what the tracker, the services and the engines are doing',
  operands: noOperands,
  options: {},
  examples: ['', '-o yaml'],
  async run({ api, now }) {
    const answer = await api.call('GET', '/api/status');
    const said = read(status, answer);
    const parts = [trackerPart(said, now), eventsPart(said), servicesPart(said), enginesPart(said)];
    return { value: answer.value, text: parts.filter((part) => part !== '').join('\n'), status: 0 };
  },
};

function trackerPart({ tracker: said }: Status, now: Date): string {
  if (said === null) return facts([['Tracker', 'none has ever reported']]);
  const ago = (time: string | null): string | undefined =>
    time === null ? undefined : `${age(time, now)} ago`;
  return facts([
    ['Tracker', `${said.install}, reported ${ago(said.at) ?? ''}${said.stale ? ' (stale)' : ''}`],
    ['Source', `${said.source}, ${said.state}`],
    ['Problem', said.problem ?? undefined],
    ['Connected', ago(said.connectedSince)],
    ['Last post', ago(said.lastPostAt)],
    ['Posts/s', said.rate.toFixed(1)],
    ['Rules', String(said.rules)],
    ['Spool', `${said.spoolBytes} bytes`],
  ]);
}

function eventsPart({ events }: Status): string {
  const rows = Object.entries(events).map(([code, { lag, deadLetters }]) => [
    code,
    String(lag),
    String(deadLetters),
  ]);
  return rows.length === 0 ? '' : table(['EVENT', 'LAG', 'DEAD LETTERS'], rows);
}

function servicesPart({ services }: Status): string {
  const rows = services.map(({ name, ready, awake }) => [name, ready ? 'True' : 'False', String(awake)]);
  return rows.length === 0 ? '' : table(['SERVICE', 'READY', 'PODS'], rows);
}

function enginesPart({ engines }: Status): string {
  const rows = engines.flatMap(({ engine, problems }) =>
    (problems.length === 0 ? ['none'] : problems).map((problem) => [engine, problem]),
  );
  return rows.length === 0 ? '' : table(['ENGINE', 'PROBLEM'], rows);
}
