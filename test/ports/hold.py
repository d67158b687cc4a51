"""Listens on a port: hold.py PORT [HOST]. Says so, with its pid, and waits."""
import os, socket, sys, time

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1", int(sys.argv[1])))
s.listen()
print("listening", os.getpid(), flush=True)
time.sleep(1000)
