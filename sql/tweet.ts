// The row of a tweet: the 36 columns of the original `twitter_analytics.tweet` by name, then what was missing.

type ColumnType = 'text' | 'int' | 'boolean' | 'timestamp' | 'uuid' | 'list';

/** Every column and its CQL type; `list` is `frozen<list<text>>`. The order is the table's. */
export const columns = {
  event_name: 'text',
  bucket: 'timestamp',
  t_id: 'text',
  id: 'uuid',
  event_kw: 'text',
  t_created_at: 'timestamp',
  t_text: 'text',
  t_retweet_count: 'int',
  t_favorite_count: 'int',
  t_geo: 'text',
  t_coordinates: 'text',
  t_favorited: 'boolean',
  t_retweeted: 'boolean',
  t_is_a_retweet: 'boolean',
  t_lang: 'text',
  u_id: 'text',
  u_name: 'text',
  u_screen_name: 'text',
  u_location: 'text',
  u_url: 'text',
  u_lang: 'text',
  u_description: 'text',
  u_time_zone: 'text',
  u_geo_enabled: 'boolean',
  u_followers_count: 'int',
  u_friends_count: 'int',
  u_listed_count: 'int',
  u_favourites_count: 'int',
  u_statuses_count: 'int',
  u_utc_offset: 'int',
  u_created_at: 'timestamp',
  hashtags: 'list',
  urls: 'list',
  um_id: 'text',
  um_name: 'text',
  um_screen_name: 'text',
  media_url: 'text',
  t_retweeted_id: 'text',
  t_quoted_id: 'text',
  t_reply_to_id: 'text',
  t_edit_of: 'text',
  source: 'text',
  via: 'text',
  received_at: 'timestamp',
} as const satisfies Record<string, ColumnType>;

export type Column = keyof typeof columns;

/** In the order of the table. */
export const columnNames: readonly Column[] = Object.keys(columns).filter(
  (name): name is Column => name in columns,
);

/** The columns that every row has. */
export const always = [
  'event_name',
  'bucket',
  't_id',
  'id',
  't_text',
  'source',
  'via',
  'received_at',
] as const satisfies readonly Column[];

interface Values {
  text: string;
  int: number;
  boolean: boolean;
  /** milliseconds since 1970, UTC */
  timestamp: number;
  uuid: string;
  list: readonly string[];
}

type Always = (typeof always)[number];

/** One tweet of one event. What a message does not say stays absent: never null, never a made-up value. */
export type TweetRow = { -readonly [C in Always]: Values[(typeof columns)[C]] } & {
  -readonly [C in Exclude<Column, Always>]?: Values[(typeof columns)[C]];
};

/** `row`, which was read from a store, if it has every column that each row has. Throws what it lacks. */
export function wholeRow(row: object): TweetRow {
  if (isWhole(row)) return row;
  throw new Error(`A row of tweet lacks ${always.filter((name) => !(name in row)).join(', ')}.`);
}

function isWhole(row: object): row is TweetRow {
  return always.every((name) => name in row);
}

/** A row, the message it was made of byte for byte, and the time that decides between two copies. */
export interface Tweet {
  readonly row: TweetRow;
  readonly raw: Uint8Array;
  /** microseconds since 1970: the cell timestamp. The later copy of a post wins, whichever arrives first. */
  readonly writeTime: number;
}
