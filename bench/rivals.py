"""The ways people load bars from Python today, each in one transaction, on rows of a CSV file: prints the seconds one took.

Usage: rivals.py URL CSV values|rows|merge ROWS. Needs psycopg2 (Debian: python3-psycopg2).
"""

import csv
import io
import sys
import time

import psycopg2
from psycopg2.extras import execute_values

url, path, way, limit = sys.argv[1:]
COLUMNS = 'symbol, "interval", ts, open, high, low, close, volume, settled'
CONFLICT = 'on conflict (symbol, "interval", ts) do nothing'
with open(path, newline="") as file:
    rows = list(csv.reader(file))[: int(limit)]

with psycopg2.connect(url) as connection, connection.cursor() as cursor:
    started = time.perf_counter()
    if way == "values":
        insert = f"insert into rival ({COLUMNS}) values %s {CONFLICT}"
        execute_values(cursor, insert, rows, page_size=1000)
    elif way == "rows":
        marks = ", ".join(["%s"] * 9)
        for row in rows:
            cursor.execute(f"insert into rival ({COLUMNS}) values ({marks}) {CONFLICT}", row)
    elif way == "merge":
        cursor.execute("create temp table given (like rival) on commit drop")
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        text.seek(0)
        cursor.copy_expert(f"copy given ({COLUMNS}) from stdin (format csv)", text)
        cursor.execute(f"insert into rival ({COLUMNS}) select {COLUMNS} from given {CONFLICT}")
    connection.commit()
    print(time.perf_counter() - started)
