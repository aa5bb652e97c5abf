import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { decodeBatch, type Post } from '../../eventing/batch.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { Intake } from '../../tracker/intake.ts';
import { noSource } from '../../tracker/no-source.ts';
import { keepInLog } from '../../tracker/keeping.ts';
import { Publisher } from '../../tracker/publisher.ts';
import type { Source } from '../../tracker/source.ts';
import { makeEvent } from '../factories.ts';

const codes = ['flood', 'storm', 'fire'];
let dir: string;
let log: Log;
let publisher: Publisher;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-intake-'));
  log = await openEmbeddedLog(dir);
  for (const code of codes) await log.createTopic(rawTweets(code));
  publisher = new Publisher(
    'test',
    keepInLog(log, () => undefined),
  );
});

afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

/** A stream whose rule `rule-flood` stands for flood, and which collects for flood alone. */
const stream: Source = {
  ...noSource,
  via: 'stream',
  eventsOfRule: (tag) => (tag === 'rule-flood' ? ['flood'] : []),
  collects: (code) => code === 'flood',
};

function intakeOf(source: Source): Intake {
  const intake = new Intake(source, publisher, () => '2026-03-01T12:00:00.000000Z');
  intake.want(codes.map((code) => makeEvent({ code, keywords: [code] })));
  return intake;
}

const message = (text: string, tags: readonly string[]) => ({
  bytes: Buffer.from(
    JSON.stringify({ data: { id: '1', text }, matching_rules: tags.map((tag) => ({ id: '9', tag })) }),
  ),
});

/** By event: the keywords of each post that came into its topic. */
async function received(): Promise<Record<string, string[][]>> {
  await publisher.flush();
  const all: Record<string, string[][]> = {};
  for (const code of codes) {
    await readAll(log, rawTweets(code).name, (record) => {
      const posts = [...decodeBatch(record.value!)] as Post[];
      all[code] = [...(all[code] ?? []), ...posts.map(({ envelope }) => envelope.keywords)];
    });
  }
  return all;
}

describe('Intake', () => {
  it('takes X at its word for an event that X collects for, whatever the keywords say', async () => {
    const intake = intakeOf(stream);
    intake.message(message('nothing of it', ['rule-flood']));
    expect(await received()).toEqual({ flood: [[]] });
  });

  it('lets keywords decide for an event whose rules are not in force yet', async () => {
    const intake = intakeOf(stream);
    intake.message(message('flood and storm', ['rule-flood']));
    expect(await received()).toEqual({ flood: [['flood']], storm: [['storm']] });
  });

  it('lets keywords decide for a post that carries none of our rules', async () => {
    const intake = intakeOf(stream);
    intake.message(message('storm', ['a rule of somebody else']));
    intake.message(message('nothing of it', []));
    expect(await received()).toEqual({ storm: [['storm']] });
  });

  it('lets keywords alone decide in a replay, whatever rules a recorded post carries', async () => {
    const intake = intakeOf({ ...noSource, via: 'replay' });
    intake.message(message('fire', ['rule-flood']));
    expect(await received()).toEqual({ fire: [['fire']] });
  });

  it('counts what is read, matched, rejected and no post at all', () => {
    const intake = intakeOf(stream);
    intake.message(message('flood', ['rule-flood']));
    intake.message(message('nothing', []));
    intake.message({ bytes: Buffer.from('{"limit":{"track":5}}') });
    intake.message({ bytes: Buffer.from('{"data":{"id":') });
    expect(intake.counters.all).toMatchObject({ read: 4, matched: 1, rejected: 1, control: { limit: 1 } });
    expect(intake.rejected.take()[0]?.lines).toHaveLength(1);
  });
});
