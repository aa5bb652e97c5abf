// The CloudEvent that a KafkaSource makes of a record (facts/knative §1.4, §9), and its binary form over HTTP and in a topic.
// Does not know which CloudEvents are ours: what `cloud-events.ts` writes passes through like anybody else's.
import type { LogRecord } from './log.ts';

/** `attributes` holds extensions, too, and not the content type; null data is an event without data. */
export interface KnativeEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly data: Uint8Array | null;
}

/** The KafkaSource that delivers. */
export interface SourceName {
  readonly namespace: string;
  readonly name: string;
}

const STRUCTURED = 'application/cloudevents+json';
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
// Near enough to java.net.URI: what no URI reference has, or a percent sign that escapes nothing.
const NO_URI = /[\s"<>\\^`{|}]|%(?![\dA-Fa-f]{2})/;

/** A CloudEvent's attributes are kept; anything else becomes a `dev.knative.kafka.event`, as Knative falls back to it. */
export function knativeEventOf(record: LogRecord, source: SourceName): KnativeEvent {
  const event = parsed(record) ?? wrapped(record, source);
  const place = {
    knativekafkapartition: String(record.partition),
    knativekafkaoffset: String(record.offset),
  };
  return { ...event, attributes: { ...event.attributes, ...place } };
}

function parsed(record: LogRecord): KnativeEvent | undefined {
  const event = record.headers['content-type']?.toLowerCase().startsWith(STRUCTURED)
    ? structured(record.value)
    : binary(record);
  return event !== undefined && isValid(event.attributes) ? event : undefined;
}

function binary(record: LogRecord): KnativeEvent | undefined {
  if (record.headers['ce_specversion'] === undefined) return undefined;
  const attributes = Object.entries(record.headers)
    .filter(([name]) => name.startsWith('ce_'))
    .map(([name, value]) => [name.slice('ce_'.length), value] as const);
  const { datacontenttype, ...rest }: Record<string, string> = Object.fromEntries(attributes);
  return {
    attributes: rest,
    contentType: record.headers['content-type'] ?? datacontenttype,
    data: record.value,
  };
}

function structured(value: Uint8Array | null): KnativeEvent | undefined {
  const json = parseJson(value);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const {
    data,
    data_base64: base64,
    datacontenttype: contentType,
    ...rest
  }: Record<string, unknown> = {
    ...json,
  };
  const attributes = Object.entries(rest).filter(([, attribute]) => attribute !== null);
  if (attributes.some(([, attribute]) => typeof attribute === 'object')) return undefined;
  return {
    attributes: Object.fromEntries(attributes.map(([name, attribute]) => [name, String(attribute)])),
    contentType: typeof contentType === 'string' ? contentType : undefined,
    data: typeof base64 === 'string' ? Buffer.from(base64, 'base64') : dataOf(data, contentType),
  };
}

function parseJson(value: Uint8Array | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(Buffer.from(value).toString());
  } catch {
    return undefined;
  }
}

function dataOf(data: unknown, contentType: unknown): Uint8Array | null {
  if (data === undefined || data === null) return null;
  const isJson = typeof contentType !== 'string' || /[/+]json\b/i.test(contentType);
  return Buffer.from(typeof data === 'string' && !isJson ? data : JSON.stringify(data));
}

function isValid(attributes: Readonly<Record<string, string>>): boolean {
  const { id, source, type, specversion, time, dataschema } = attributes;
  return (
    [id, source, type].every((required) => required !== undefined && required !== '') &&
    (specversion === '1.0' || specversion === '0.3') &&
    !NO_URI.test(`${source}${dataschema ?? ''}`) &&
    (time === undefined || (RFC3339.test(time) && !Number.isNaN(Date.parse(time)))) &&
    Object.keys(attributes).every((name) => /^[a-z0-9]+$/.test(name))
  );
}

function wrapped(record: LogRecord, { namespace, name }: SourceName): KnativeEvent {
  const { 'content-type': contentType, ...headers }: Record<string, string> = { ...record.headers };
  const extensions = Object.entries(headers).map(
    ([header, value]) => [`kafkaheader${header.toLowerCase().replace(/[^a-z0-9]/g, '')}`, value] as const,
  );
  return {
    attributes: {
      specversion: '1.0',
      id: `partition:${record.partition}/offset:${record.offset}`,
      source: `/apis/v1/namespaces/${namespace}/kafkasources/${name}#${record.topic}`,
      type: 'dev.knative.kafka.event',
      subject: `partition:${record.partition}#${record.offset}`,
      time: new Date(record.time).toISOString(),
      ...(record.key === '' ? {} : { key: record.key, partitionkey: record.key }),
      ...Object.fromEntries(extensions),
    },
    contentType: contentType?.toLowerCase(),
    data: record.value,
  };
}

/** The event's headers over HTTP: a character that Latin-1 does not have becomes `?`, as on Knative's wire. */
export function httpHeaders(event: KnativeEvent): Record<string, string> {
  return headersOf('ce-', event, (value) => value.replace(/[\u0100-\u{10ffff}]/gu, '?'));
}

/** The event's headers on a record. */
export function recordHeaders(event: KnativeEvent): Record<string, string> {
  return headersOf('ce_', event, (value) => value);
}

function headersOf(
  prefix: string,
  event: KnativeEvent,
  encode: (value: string) => string,
): Record<string, string> {
  const attributes = Object.entries(event.attributes).map(([name, value]) => [
    `${prefix}${name}`,
    encode(value),
  ]);
  const contentType = event.contentType === undefined ? {} : { 'content-type': encode(event.contentType) };
  return { ...Object.fromEntries(attributes), ...contentType };
}
