"""Sells what is ordered: waits on the channel `orders` and counts in the database."""
import os
import re
import socket

from stores import sql

connection = socket.create_connection(("127.0.0.1", int(os.environ["REDIS_PORT"])))
connection.sendall(b"SUBSCRIBE orders\r\n")
lines = connection.makefile("r", newline="\r\n")
print("working", flush=True)
while line := lines.readline():
    if line.strip() == "message" and lines.readline() and lines.readline() and lines.readline():
        name = lines.readline().strip()
        if re.fullmatch(r"\w+", name):
            sql(f"UPDATE items SET sold = sold + 1 WHERE name = '{name}'")
            print(f"sold a {name}", flush=True)
raise SystemExit("redis closed the connection")
