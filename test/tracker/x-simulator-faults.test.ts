import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { faultScript, faultsOf } from '../../tracker/x-simulator/fault-forms.ts';
import { addRules, arrived, call, listening, read, simulate } from './x-simulator-calls.ts';

const STREAM = '/2/tweets/search/stream';
const text = 'a flood';

describe('a fault of the simulator', () => {
  it('cuts the stream as it is told to, and takes the next connect at once', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood');
    for (const [how, end] of [['clean', 'clean'], ['destroy', 'broken'], ['reset', 'broken']] as const) {
      const reader = await read(x.url);
      x.fault({ do: 'cut', how });
      expect(await reader.ended, how).toBe(end);
    } // prettier-ignore
    expect(x.state().connections).toBe(3);
  });

  it('writes half a line and closes', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.fault({ do: 'half-line' });
    x.push(text);
    expect(await reader.ended).toBe('broken');
    expect(reader.text()).toMatch(/^\{"data":\{"id":"\d+","text":"a flood/);
    expect(reader.text()).not.toContain('\n');
    expect(x.expected()).toMatchObject([{ sent: 0, tags: ['tag-0'] }]);
  });

  it('says goodbye in the stream, with the socket left open or closed', async () => {
    const { x, reader } = await listening({ keepAliveMs: 30 });
    await using _ = x;
    x.fault({ do: 'disconnect-message' });
    x.push(text);
    await arrived(reader, 1);
    await sleep(100);
    expect(reader.lines()).toHaveLength(1);
    expect(JSON.parse(reader.lines()[0]!)).toMatchObject({
      errors: [{ title: 'operational-disconnect', disconnect_type: 'UpstreamOperationalDisconnect' }],
    });
    expect(reader.text().endsWith('}]}\r\n')).toBe(true);
    reader.close();
    await vi.waitFor(() => expect(x.state().connected).toBe(false));
    const other = await read(x.url);
    x.fault({ do: 'disconnect-message', close: true });
    expect(await other.ended).toBe('clean');
    expect(other.lines()).toHaveLength(1);
  });

  it('says goodbye in a frozen stream when that thaws, after what was held back', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.fault({ do: 'freeze' });
    x.push(text);
    x.fault({ do: 'disconnect-message' });
    x.push(text);
    await sleep(50);
    expect(reader.lines()).toEqual([]);
    x.fault({ do: 'thaw' });
    await arrived(reader, 2);
    x.push(text);
    await sleep(50);
    expect(reader.lines()).toHaveLength(2);
    expect(reader.lines()[0]).toContain(text);
    expect(reader.lines()[1]).toContain('operational-disconnect');
    reader.close();
  });

  it('answers with errors in series, to the call that was named', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood');
    x.fault(
      { do: 'answer', status: 503, times: 2 },
      { do: 'answer', status: 429, issue: 'TooManyConnections' },
      { do: 'answer', status: 429, resetMs: 60_000 },
      { do: 'answer', status: 500, call: `GET ${STREAM}/rules` },
    );
    const statuses = [];
    for (let times = 0; times < 4; times += 1) statuses.push(await call(x.url, 'GET', STREAM));
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 429, 429]);
    expect(statuses[2]!.body).toMatchObject({ connection_issue: 'TooManyConnections' });
    expect(statuses[3]!.body).toMatchObject({ title: 'Too Many Requests', status: 429 });
    expect(statuses[3]!.headers.get('x-rate-limit-remaining')).toBe('0');
    const reset = Number(statuses[3]!.headers.get('x-rate-limit-reset')) * 1000 - Date.now();
    expect(reset).toBeGreaterThan(50_000);
    expect(reset).toBeLessThan(62_000);
    const rules = async (): Promise<number> => (await call(x.url, 'GET', `${STREAM}/rules`)).status;
    expect([await rules(), await rules()]).toEqual([500, 200]);
    const reader = await read(x.url);
    expect(reader.status).toBe(200);
    reader.close();
  });

  it('accepts and never answers, or hangs up', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood');
    x.fault({ do: 'silent-accept' }, { do: 'hang-up' });
    const silent = http.get(`${x.url}${STREAM}`, { agent: false, headers: { authorization: 'Bearer x' } });
    const answered = vi.fn();
    silent.on('response', answered).on('error', () => undefined);
    await vi.waitFor(() => expect(x.calls().at(-1)).toMatchObject({ call: `GET ${STREAM}`, status: 0 }));
    await sleep(100);
    expect(answered).not.toHaveBeenCalled();
    expect(silent.destroyed).toBe(false);
    await expect(read(x.url)).rejects.toThrow(/hang up|ECONNRESET/);
    silent.destroy();
  });

  it('tells a wrong time in the Date header alone', async () => {
    await using x = await simulate({ posts: [] });
    x.fault({ do: 'date-header', offsetMs: -90_000 });
    const { headers } = await call(x.url, 'GET', `${STREAM}/rules`);
    const off = Date.parse(headers.get('date')!) - Date.now();
    expect(off).toBeGreaterThan(-95_000);
    expect(off).toBeLessThan(-89_000);
  });

  it('refuses rules for a reason of its own, and forgets them', async () => {
    await using x = await simulate({ posts: [], ruleDelayMs: 60_000 });
    x.fault({ do: 'refuse-rules', containing: 'dam', reason: 'No dams.' });
    const add = (): Promise<{ status: number; body: unknown }> =>
      call(x.url, 'POST', `${STREAM}/rules`, { add: [{ value: 'flood' }, { value: '"a dam"' }] });
    expect(await add()).toMatchObject({
      status: 201,
      body: { data: [{ value: 'flood' }], errors: [{ value: '"a dam"', details: ['No dams.'] }] },
    });
    expect(await add()).toMatchObject({ body: { data: [{ value: '"a dam"' }] } });
    x.fault({ do: 'forget-rules' });
    expect((await call(x.url, 'GET', STREAM)).status).toBe(409);
  });

  it('comes from a script by time, and by HTTP', async () => {
    const faults = faultScript('{"do":"answer","status":500}\n{"do":"cut","how":"reset","at":300}\n');
    await using x = await simulate({ posts: [], faults });
    await addRules(x.url, 'flood');
    expect((await call(x.url, 'GET', STREAM)).status).toBe(500);
    const reader = await read(x.url);
    expect(await reader.ended).toBe('broken');
    const given = [{ do: 'answer', status: 502 }, { do: 'gzip' }];
    expect(await call(x.url, 'POST', '/simulator/faults', given)).toMatchObject({
      status: 200,
      body: { gzip: true, instead: [{ status: 502, left: 1 }] },
    });
    expect((await call(x.url, 'GET', STREAM)).status).toBe(502);
    expect((await call(x.url, 'DELETE', '/simulator/faults')).body).toMatchObject({
      gzip: false,
      instead: [],
    });
    const wrong = await call(x.url, 'POST', '/simulator/faults', { do: 'explode' });
    expect(wrong.status).toBe(400);
  });

  it.each([
    [{ do: 'explode' }, /do/],
    [{ do: 'cut', how: 'gently' }, /how/],
    [[{ do: 'thaw' }, { do: 'answer' }], /fault 2.*status/s],
    [{ do: 'cut', at: -1 }, /at/],
    [{ do: 'duplicates', share: 2 }, /share/],
    ['cut', /fault 1/],
    [{ do: 'cut', hwo: 'reset' }, /hwo/],
  ])('is refused as %j', (value, reason) => {
    expect(() => faultsOf(value)).toThrow(reason);
  });
});
