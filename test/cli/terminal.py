"""Runs a command on a terminal of its own, as a person would.

terminal.py COLUMNS STEPS LIMIT_S COMMAND...
STEPS is a JSON list of [text, keys]: once the text was shown since the step before, the keys are typed, without a text
a moment later; those of first steps without a text are there before the command.
Prints what the terminal got; exits with the command's code (128 + signal), or 99 when the limit passed.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

columns, steps, limit = int(sys.argv[1]), json.loads(sys.argv[2]), float(sys.argv[3])
pid, fd = pty.fork()
if pid == 0:
    # The size must be there before the command looks. Byte by byte, because what follows is the command's.
    os.read(0, 1)
    os.execvp(sys.argv[4], sys.argv[4:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
attributes = termios.tcgetattr(fd)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(fd, termios.TCSANOW, attributes)
ahead = b"\n"
while steps and not steps[0][0]:
    ahead += steps.pop(0)[1].encode()
os.write(fd, ahead)

shown, since, deadline = b"", 0, time.monotonic() + limit
while True:
    ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
    if not ready:
        os.kill(pid, signal.SIGKILL)
        sys.stdout.buffer.write(shown)
        sys.exit(99)
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    while steps and steps[0][0].encode() in shown[since:]:
        since = len(shown)
        if not steps[0][0]:
            # By itself, and not in one piece with what was typed before.
            time.sleep(0.2)
        os.write(fd, steps.pop(0)[1].encode())
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(code if code >= 0 else 128 - code)
