"""Answers HTTP on descriptor 3, with its pid. With a number, it falls over after so many answers."""
import os, socket, sys

assert os.environ["LISTEN_PID"] == str(os.getpid()), "the sockets are meant for another process"
assert os.environ["LISTEN_FDS"] == "1"
listener = socket.socket(fileno=3)
left = int(sys.argv[1]) if len(sys.argv) > 1 else -1
while left != 0:
    connection, _ = listener.accept()
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    body = str(os.getpid()).encode()
    if head:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        left -= 1
    connection.close()
sys.exit(1)
