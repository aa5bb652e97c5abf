// The manifests there are: the YAML beside this and in eventing/, and the two templates filled in for an event. Pure but for
// reading those files; what should run is the controller's to decide.
import { readFileSync } from 'node:fs';
import { type Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { rawTweets } from '../eventing/topics.ts';
import type { Manifest } from './cluster.ts';

/** Carries the code of the event that an object is for. */
export const EVENT_LABEL = 'epicenter.dev/event';

export function normalizerName(code: string): string {
  return `normalizer-${code}`;
}

/** The consumer group whose lag is what an event's normalizer has yet to finish. */
export function normalizerGroup(code: string): string {
  return `normalizer-${code}`;
}

/** The consumer group that keeps what trackers note: `consumerGroup` in eventing/event-api-source.yaml. */
export const COLLECTION_GROUP = 'event-api';

export function sourceName(code: string): string {
  return `tweets-${code}`;
}

const FIXED = [
  '../eventing/dead-letters.yaml',
  'base/event-api.yaml',
  'base/controller.yaml',
  '../eventing/event-api-source.yaml',
  '../eventing/controller-source.yaml',
  '../eventing/controller-tick.yaml',
];

const manifest = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.strictObject({
    name: z.string(),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
  }),
  spec: z.record(z.string(), z.unknown()),
});

const normalizerService = read('base/normalizer.yaml');
const normalizerSource = read('../eventing/normalizer-source.yaml');

/** What the templates cannot know of an installation. */
export interface Installed {
  /** of every process */
  readonly image: string | undefined;
  /** Kafka's addresses, separated by commas */
  readonly brokers: string | undefined;
  /** how Kafka is spoken to: Knative's clients read login and certificate from the secrets that the processes have them from */
  readonly kafka: { readonly sasl: boolean; readonly tls: boolean; readonly ownCa: boolean };
}

const NOWHERE: Installed = {
  image: undefined,
  brokers: undefined,
  kafka: { sasl: false, tls: false, ownCa: false },
};

/**
 * The Service and the KafkaSource of an event; apply them in this order, delete them in the other. What is not known of the
 * installation stays as the templates have it.
 */
export function normalizerManifests(
  code: string,
  { image, brokers, kafka }: Installed = NOWHERE,
): { service: Manifest; source: Manifest } {
  return {
    service: filled(normalizerService, [
      [['metadata', 'name'], normalizerName(code)],
      [['metadata', 'labels', EVENT_LABEL], code],
      ...set(['spec', 'template', 'spec', 'containers', 0, 'image'], image),
    ]),
    source: filled(normalizerSource, [
      [['metadata', 'name'], sourceName(code)],
      [['metadata', 'labels', EVENT_LABEL], code],
      [['spec', 'topics'], [rawTweets(code).name]],
      [['spec', 'consumerGroup'], normalizerGroup(code)],
      [['spec', 'sink', 'ref', 'name'], normalizerName(code)],
      // One element with commas is a list to Kafka's clients.
      ...set(['spec', 'bootstrapServers', 0], brokers),
      ...without(!kafka.sasl && !kafka.tls, ['spec', 'net']),
      ...without(!kafka.sasl && kafka.tls, ['spec', 'net', 'sasl']),
      ...without(kafka.sasl && !kafka.tls, ['spec', 'net', 'tls']),
      ...without(kafka.tls && !kafka.ownCa, ['spec', 'net', 'tls', 'caCert']),
    ]),
  };
}

/** Everything that is there whatever events there are, in an order in which nothing waits for what comes after it. */
export function fixedManifests(): Manifest[] {
  return FIXED.map((file) => manifest.parse(read(file).toJS()));
}

function read(file: string): Document.Parsed {
  const document = parseDocument(readFileSync(new URL(file, import.meta.url), 'utf8'));
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`, { cause: error });
  return document;
}

type Field = readonly [path: (string | number)[], value: unknown];

function set(path: (string | number)[], value: string | undefined): Field[] {
  return value === undefined ? [] : [[path, value]];
}

/** Undefined takes the field away. */
function without(unwanted: boolean, path: (string | number)[]): Field[] {
  return unwanted ? [[path, undefined]] : [];
}

function filled(template: Document.Parsed, fields: readonly Field[]): Manifest {
  const document = template.clone();
  for (const [path, value] of fields) {
    if (!document.hasIn(path)) throw new Error(`the template has no ${path.join('.')}`);
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  return manifest.parse(document.toJS());
}
