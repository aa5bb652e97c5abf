-- The words of an event's tweets, the most used first: white space parts them, upper and lower case are the same.
-- One file for Spark SQL and DuckDB, in what both know. Its reader defines the view `tweet`, and so chooses the event;
-- DuckDB has to be told Spark's name for its unnest: CREATE MACRO explode(list) AS unnest(list);
WITH spaced AS (
  SELECT explode(split(t_text, ' ')) AS piece FROM tweet
),
-- What is spelt the same is lower-cased and looked at closer once only, which makes DuckDB twice as fast.
counted AS (
  SELECT piece, count(*) AS times FROM spaced GROUP BY piece
),
-- `lower` is not the same everywhere: Spark's goes by the machine's language (the Turkish I) and by what follows (ς ends a
-- word), DuckDB's by the letter alone. So these letters are made equal first. A word is one or more characters that are neither
-- separators (Unicode Z, such as the no-break space) nor controls (Cc, such as a line's end). chr(92) is the pattern's
-- backslash, which Spark takes for an escape when it stands in a text.
words AS (
  SELECT
    explode(regexp_extract_all(
      lower(translate(piece, 'IİΣς', 'iiσσ')),
      replace('[^#p{Z}#p{Cc}]+', '#', chr(92)),
      0
    )) AS word,
    times
  FROM counted
)
SELECT word, CAST(sum(times) AS bigint) AS uses
FROM words
GROUP BY word
ORDER BY uses DESC, word
