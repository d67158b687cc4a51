"""Starts {{name}}: answers requests until it is told to stop."""
import signal
import threading

import ghost
from greeter import Greeter

INTERVAL = 5  # seconds between two measurements


def main():
    app = ghost.connect()
    greeter = Greeter(app)
    greeter.prepare()
    channel = f"{app.name}:greet"
    app.respond(channel, lambda request: greeter.greet(request.data))
    app.keep_beating()  # in a thread, whatever else takes its time; from now on ghost calls it healthy
    app.info("answers requests", channel=channel)
    stopped = stop_signal()
    while True:
        tell(app, greeter)
        if stopped.wait(INTERVAL):
            break
    app.info("stops")


def tell(app, greeter):
    """What `ghost metrics` shows."""
    try:
        app.gauge("people", greeter.people())
    except ghost.GhostError as error:
        app.warn("cannot tell how it is", why=str(error))


def stop_signal():
    """An event that is set by SIGTERM, as `ghost stop` sends it, and by ^C."""
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopped.set())
    return stopped


if __name__ == "__main__":
    main()
