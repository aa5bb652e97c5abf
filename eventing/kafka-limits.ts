// How large a record may be, by topic: asked once, since an append cannot wait for it each time.

export interface Limits {
  /** `max.message.bytes` by topic, undefined for one that does not exist; `fresh` asks again. */
  ofAll(topics: Iterable<string>, how: 'known' | 'fresh'): Promise<Map<string, number | undefined>>;
  forget(topic: string): void;
}

export function openLimits(ask: (topic: string) => Promise<number | undefined>): Limits {
  const known = new Map<string, number>();
  const learn = async (topic: string): Promise<number | undefined> => {
    const limit = await ask(topic);
    if (limit === undefined) known.delete(topic);
    else known.set(topic, limit);
    return limit;
  };
  return {
    async ofAll(topics, how) {
      const found = new Map<string, number | undefined>();
      const asked: Promise<unknown>[] = [];
      for (const topic of topics) {
        const limit = how === 'known' ? known.get(topic) : undefined;
        if (limit !== undefined) found.set(topic, limit);
        else asked.push(learn(topic).then((fresh) => found.set(topic, fresh)));
      }
      await Promise.all(asked);
      return found;
    },
    forget: (topic) => void known.delete(topic),
  };
}
