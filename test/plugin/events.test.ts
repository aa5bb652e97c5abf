// kn epicenter events, status and gaps against a real event API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { crisisEvent } from '../../sql/crisis-event.ts';
import { cells, openPlugin, type Plugin } from './plugin-fixture.ts';

let plugin: Plugin;
beforeEach(async () => {
  plugin = await openPlugin();
});
afterEach(async () => {
  await plugin[Symbol.asyncDispose]();
});

const create = ['events', 'create', 'Harbour flood', '-k', 'flood', '--keyword', '"high water"'];

describe('kn epicenter events', () => {
  it('creates an event that the API then has', async () => {
    const out = await plugin.says(...create, '--description', 'The old harbour');
    expect(out).toBe(`Event 'harbour-flood' created.
Code:         harbour-flood
Name:         Harbour flood
Status:       active
Keywords:     flood, "high water"
Description:  The old harbour
`);
    expect(await plugin.store.event('harbour-flood')).toMatchObject({
      name: 'Harbour flood',
      keywords: ['flood', '"high water"'],
      description: 'The old harbour',
    });
  });

  it('creates an event that looks back', async () => {
    const out = await plugin.says(...create, '--catch-up-hours', '24');
    const event = await plugin.store.event('harbour-flood');
    expect(Date.parse(event!.createdAt) - Date.parse(event!.collectSince!)).toBe(24 * 3_600_000);
    expect(out).toContain(`Posts since:  ${event!.collectSince}\n`);
  });

  it('says what is wrong with the hours to look back', async () => {
    const asked = (hours: string) => plugin.kn(...create, `--catch-up-hours=${hours}`);
    const { status, err } = await asked('a day');
    expect(status).toBe(2);
    expect(err).toContain("--catch-up-hours is a whole number of hours, not 'a day'");
    const tooMany = await asked('169');
    expect(tooMany.status).toBe(1);
    expect(tooMany.err).toContain('  catchUpHours: This is a whole number of hours from 0 to 168.\n');
    expect(await plugin.store.events()).toEqual([]);
  });

  it('lists events as a table, and purged ones only when asked', async () => {
    expect(await plugin.says('events', 'list')).toBe('No events found.\n');
    await plugin.says(...create);
    await plugin.make('Fire');
    await plugin.call('DELETE', '/api/events/fire?purge=true');
    const [header, flood, ...others] = cells(await plugin.says('events', 'list'));
    expect(header).toEqual(['CODE', 'NAME', 'STATUS', 'KEYWORDS', 'AGE']);
    expect(flood?.slice(0, 4)).toEqual(['harbour-flood', 'Harbour flood', 'active', 'flood, "high water"']);
    expect(flood?.[4]).toMatch(/^\d+d$/);
    expect(others).toEqual([]);
    const all = cells(await plugin.says('events', 'list', '--all'));
    expect(
      all
        .slice(1)
        .map(([code, , status]) => `${code} ${status}`)
        .toSorted(),
    ).toEqual(['fire purged', 'harbour-flood active']);
  });

  it('gives the same as JSON and as YAML', async () => {
    await plugin.says(...create);
    const [event] = await plugin.store.events();
    const json: unknown = JSON.parse(await plugin.says('events', 'list', '-o', 'json'));
    const yaml: unknown = parse(await plugin.says('events', 'list', '--output=yaml'));
    expect(json).toEqual([event]);
    expect(yaml).toEqual([event]);
  });

  it('changes what is given and leaves the rest', async () => {
    await plugin.says(...create);
    await plugin.says('events', 'edit', 'harbour-flood', '--name', 'Harbour');
    await plugin.says(
      'events',
      'edit',
      'harbour-flood',
      '--add-keyword',
      'levee',
      '--remove-keyword',
      'flood',
    );
    const event = crisisEvent.parse(await plugin.store.event('harbour-flood'));
    expect(event).toMatchObject({ name: 'Harbour', keywords: ['"high water"', 'levee'], version: 3 });
    await plugin.says('events', 'edit', 'harbour-flood', '-k', 'storm');
    expect((await plugin.store.event('harbour-flood'))?.keywords).toEqual(['storm']);
  });

  it('pauses, resumes and archives', async () => {
    await plugin.says(...create);
    for (const [verb, status] of [
      ['pause', 'paused'],
      ['resume', 'active'],
      ['archive', 'archived'],
    ] as const) {
      expect(await plugin.says('events', verb, 'harbour-flood')).toContain(
        `Event 'harbour-flood' is ${status}.`,
      );
      expect((await plugin.store.event('harbour-flood'))?.status).toBe(status);
    }
    const { status, err } = await plugin.kn('events', 'resume', 'harbour-flood');
    expect(status).toBe(1);
    expect(err).toContain('  status: An event that is archived cannot become active.\n');
  });

  it('shows each field that the API refuses', async () => {
    const { status, out, err } = await plugin.kn('events', 'create', '', '-k', 'flood', '-k', '!!!');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^Error: This request has a mistake in it\.\n/);
    expect(err).toMatch(/^ {2}name: /m);
    expect(err).toMatch(/^ {2}keywords\.1: /m);
  });
});

describe('kn epicenter gaps', () => {
  it('lists the ledger of an event', async () => {
    await plugin.make('Flood');
    expect(await plugin.says('gaps', 'flood')).toBe('No gaps found.\n');
    const gap = { event: 'flood', reason: 'connection lost', recovered: 3, note: '' };
    await plugin.store.saveGap({ ...gap, from: '2012-10-29T22:00:00.000Z', to: '2012-10-29T22:01:00.000Z' });
    await plugin.store.saveGap({ ...gap, from: '2012-10-29T22:10:00.000Z', to: null, recovered: 0 });
    expect(cells(await plugin.says('gaps', 'flood'))).toEqual([
      ['FROM', 'TO', 'RECOVERED', 'REASON'],
      ['2012-10-29T22:10:00Z', 'open', '0', 'connection lost'],
      ['2012-10-29T22:00:00Z', '2012-10-29T22:01:00Z', '3', 'connection lost'],
    ]);
    expect((await plugin.kn('gaps', 'nothing')).err).toBe('Error: There is no event with this code.\n');
  });
});

describe('kn epicenter status', () => {
  it('says what runs and what the engines have', async () => {
    await plugin.make('Flood');
    const service = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', spec: {}, ready: true };
    plugin.running.push({ ...service, metadata: { name: 'normalizer-flood' }, awake: 2 });
    const out = await plugin.says('status');
    expect(out).toContain('Tracker:  none has ever reported\n');
    expect(out).toMatch(/^flood +0 +0$/m);
    expect(out).toMatch(/^normalizer-flood +True +2$/m);
    expect(out).toMatch(/^SQLite [\d.]+ +none$/m);
    expect(JSON.parse(await plugin.says('status', '-o', 'json'))).toMatchObject({ tracker: null });
  });
});
