// What a tracker left in the log: the posts of an event, and what it said of its own work.
import { readAll } from '../../eventing/announced.ts';
import { decodeBatch } from '../../eventing/batch.ts';
import { fromRecord } from '../../eventing/cloud-events.ts';
import type { Note } from '../../eventing/collection.ts';
import type { Log } from '../../eventing/log.ts';
import { COLLECTION, rawTweets } from '../../eventing/topics.ts';

export async function notesOf(log: Log): Promise<Note[]> {
  const notes: Note[] = [];
  await readAll(log, COLLECTION.name, (record) => {
    notes.push(JSON.parse(Buffer.from(fromRecord(record)!.data).toString()) as Note);
  });
  return notes;
}

export async function idsOf(log: Log, code: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const topic = rawTweets(code).name;
  if (!(await log.topics()).includes(topic)) return ids;
  await readAll(log, topic, (record) => {
    for (const post of decodeBatch(record.value!)) {
      if (!('message' in post)) continue;
      ids.add((JSON.parse(Buffer.from(post.message).toString()) as { data: { id: string } }).data.id);
    }
  });
  return ids;
}
