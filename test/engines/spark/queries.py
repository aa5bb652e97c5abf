# Spark SQL as an analyst runs it: each query of stdin's JSON on a view `tweet`, over Cassandra or a Parquet file.
# Prints one line of JSON a query: its rows, and the seconds from asking to having them.
import json
import sys
import time

from pyspark.sql import SparkSession

asked = json.load(sys.stdin)
builder = SparkSession.builder.master("local[2]").appName("epicenter")
for name, value in asked["settings"].items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

for query in asked["queries"]:
    began = time.time()
    if "parquet" in query:
        tweets = spark.read.parquet(query["parquet"])
    else:
        table = {"keyspace": query["keyspace"], "table": "tweet"}
        tweets = spark.read.format("org.apache.spark.sql.cassandra").options(**table).load()
    tweets.where(tweets.event_name == query["event"]).createOrReplaceTempView("tweet")
    rows = [list(row) for row in spark.sql(query["sql"]).collect()]
    print(json.dumps({"rows": rows, "seconds": time.time() - began}), flush=True)
spark.stop()
