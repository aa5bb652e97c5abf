// The Kafka log on a listener that asks for a login.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log } from '../../eventing/log.ts';
import { lettered, newTopic, readAll, text } from '../contracts/log-tools.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import { startEngine, type Engine } from '../engines/engine.ts';
import { prepareTools } from '../engines/engines.ts';
import { kafkaRecipe } from '../engines/kafka.ts';
import { freePorts } from '../engines/ports.ts';

describeWithOwnEngines('KafkaLog behind a login', () => {
  let dir: string;
  let broker: Engine;
  let address: string;
  const opened: Log[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'epicenter-kafka-login-'));
    const host = '127.0.0.1';
    const [port = 0, controllerPort = 0, loginPort = 0] = await freePorts(host, 3);
    address = `${host}:${loginPort}`;
    const { java, classPaths } = await prepareTools();
    const classPath = classPaths.kafka;
    const recipe = await kafkaRecipe({ java, classPath, folder: dir, host, port, controllerPort });
    const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_tracker="right";';
    await appendFile(
      join(dir, 'server.properties'),
      [
        `listeners=PLAINTEXT://${host}:${port},LOGIN://${address},CONTROLLER://${host}:${controllerPort}`,
        `advertised.listeners=PLAINTEXT://${host}:${port},LOGIN://${address}`,
        'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT',
        'listener.name.login.sasl.enabled.mechanisms=PLAIN',
        `listener.name.login.plain.sasl.jaas.config=${login}`,
        '',
      ].join('\n'),
    );
    broker = await startEngine(recipe);
  });
  afterAll(async () => {
    await Promise.all(opened.map((log) => log.close()));
    await broker.kill();
    await rm(dir, { recursive: true, force: true });
  });

  async function open(password: string): Promise<Log> {
    const settings = kafkaSettings({
      KAFKA_BROKERS: address,
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'tracker',
      KAFKA_SASL_PASSWORD: password,
    });
    const log = await openKafkaLog(settings!, (problem) => problems.push(problem));
    opened.push(log);
    return log;
  }

  it('writes, reads and follows with the right password', async () => {
    const log = await open('right');
    const topic = await newTopic(log);
    await log.append(lettered(topic, 'ab'));
    expect((await readAll(log, topic)).map(text)).toEqual(['a', 'b']);
    const stop = new AbortController();
    const of = { topic, group: 'g', inFlight: 1, from: 'earliest' } as const;
    await log.consume(of, async () => stop.abort(), stop.signal);
    expect(await log.lag('g', topic)).toBe(1);
  });

  it('says that a wrong password is refused, without the password', async () => {
    const log = await open('wrong-secret');
    const found = [...(await log.problems()), ...problems].join('\n');
    expect(found).toMatch(/authentication failed/i);
    await expect(log.topics()).rejects.toThrow(/authentication failed/i);
    expect(found).not.toContain('wrong-secret');
  });
});
