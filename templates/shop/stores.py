"""The shop's two stores, with nothing but the standard library and psql."""
import os
import socket
import subprocess


def redis(*words):
    """Sends one command to Redis and gives its reply: a text, a number, or None."""
    with socket.create_connection(("127.0.0.1", int(os.environ["REDIS_PORT"])), timeout=2) as connection:
        parts = [str(word).encode() for word in words]
        connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        reply = connection.makefile("rb")
        kind = reply.readline().rstrip(b"\r\n")
        if kind[:1] == b"-":
            raise RuntimeError(kind[1:].decode())
        if kind[:1] == b":":
            return int(kind[1:])
        if kind[:1] == b"+":
            return kind[1:].decode()
        length = int(kind[1:])
        return None if length < 0 else reply.read(length).decode()


def sql(text):
    """Runs one statement in PostgreSQL and gives its rows as lines."""
    command = ["psql", "-h", "127.0.0.1", "-U", "shop", "-d", "postgres", "-qAtv", "ON_ERROR_STOP=1", "-c", text]
    # In a session of its own: the stop signal goes to the whole group, and a request that is under way is to be answered.
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=10, start_new_session=True)
    return done.stdout.splitlines()
