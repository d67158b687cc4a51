"""Ghost for Python: bus, keys, SQL, metrics, heartbeats, configuration and logs for a Ghost app. One file, the standard library, Python 3.8 or later.

    import ghost
    app = ghost.connect()                               # GHOST_HUB and GHOST_TOKEN, which Ghost sets; by hand: the hub of ~/.ghost
    app.keep_beating()                                  # in a thread: the supervisor sees that it lives
    app.respond("prices", lambda request: 4.5)          # answers in a thread
    app.set("greeting", {"text": "hello"}, expiry="1h")
    for order in app.subscribe("orders"):               # until the program ends; reconnects by itself
        app.execute("INSERT INTO orders (id) VALUES (:id)", {"id": order.data["id"]})

Durations are texts with their unit: "500ms", "5s", "10m", "2h", "30d". Data is what JSON can hold, integers up to 64 bits. What fails raises GhostError, whose `code` is permanent:
HUB_UNREACHABLE, UNAUTHORIZED, NO_RESPONDERS, TIMED_OUT, SQL_FAILED, WRONG_TYPE, LIMIT_EXCEEDED, USAGE … Threads may share an app; each gets a connection."""
import base64, contextlib, datetime, functools, json, os, random, re, select, socket, sys, threading, time, traceback, uuid  # noqa: E401

PATIENCE = 5.0  # seconds that a call waits for a hub that is away
REPLY_LIMIT = 60.0  # seconds that the hub may take for an answer
PAUSE_MAX = 2.0  # seconds between two tries to connect, at most; the first pause is 10 ms
VALUE_MAX = 64 * 1024 * 1024  # bytes of one value, the most that the hub takes
FULL_PAUSE = 1.0  # seconds until something is tried again while the hub's disk is full
BEAT_AGAIN = 0.1  # seconds until a first beat that nobody took is tried again; then twice as long each time
BLOCK_MS = 5000  # how long one question for persistent messages waits at the hub
CUT_OFF_AGO_MS_MAX = 10_000  # one that the hub cut off is connected again long before
NAMES_TOLD_MAX = 100  # metrics of which the log says why their values are dropped
FOREVER = float("inf")
LEVELS = ["debug", "info", "warn", "error"]
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
CODES = {"ERR": "FAILED", "WRONGTYPE": "WRONG_TYPE", "NOAUTH": "UNAUTHORIZED", "WRONGPASS": "UNAUTHORIZED", "NAMESPACE": "UNAUTHORIZED",
         "DENIED": "UNAUTHORIZED", "LIMIT": "LIMIT_EXCEEDED", "OOM": "LIMIT_EXCEEDED", "TX": "TRANSACTION_ENDED"}


class GhostError(Exception):
    """What cannot be done: its permanent `code`, the message, and a `hint` or None."""

    def __init__(self, code, message, hint=None):
        super().__init__(message)
        self.code, self.hint = code, hint


class Message:
    """A message: `channel`, `data`; of Ghost's own also `id`, `sender`, `sent_at` and `expires_at` (ms since 1970), `reply`, `error`, else None."""

    def __init__(self, channel, payload):
        value = _value(payload)
        own = value if isinstance(value, dict) and value.get("v") == 1 and "id" in value and "data" in value else {"data": value}
        self.channel, self.data, self.id, self.sender = channel, own["data"], own.get("id"), own.get("from")
        self.sent_at, self.expires_at, self.reply, self.error = (own.get(name) for name in ("ts", "exp", "reply", "error"))


class Ghost:
    """An app's way to the hub: `app = ghost.connect()`; `hub` is a socket's path or HOST:PORT. It connects with the first call, and again when the connection is lost.
    `config` is what Ghost made of .ghost.yaml, a dict; a change comes as a message on the channel `ghost:config:NAME`. `name` and `instance` say who it is."""

    def __init__(self, hub=None, token=None, name=None):
        home = os.environ.get("GHOST_HOME") or os.path.expanduser("~/.ghost")
        self.hub = hub or os.environ.get("GHOST_HUB") or os.path.join(home, "run", "hub.sock")
        self.token, self.name = token or os.environ.get("GHOST_TOKEN"), name or os.environ.get("GHOST_NAME") or os.path.basename(os.getcwd())
        self.config, self.instance = json.loads(os.environ.get("GHOST_CONFIG") or "{}"), os.environ.get("GHOST_INSTANCE") or "0"
        self.metrics_dropped, self._own, self._refused = 0, threading.local(), set()
        _end_quietly_when_interrupted()

    def call(self, *words, patience=PATIENCE):
        """Any command of the hub or of Redis: `app.call("INCR", "visits")` → 1. Texts come as bytes. Waits `patience` seconds for a hub that is away."""
        return self._wire("commands", patience).call(*words)

    def publish(self, channel, data, expiry=None):
        """Tells all who listen, also those who are away for less than `expiry` (default 60s); how many it reached. Bytes go as they are."""
        return self.call("GHOST.PUBLISH", channel, self._wrap(data, uuid.uuid4().hex, expiry), *(["PX", _ms(expiry)] if expiry else []))[1]

    def subscribe(self, channel, handler=None):
        """Messages of a channel or glob from now on: `for message in app.subscribe("orders.*"): …`. Or `handler(message)` is called in a thread."""
        subscription = Subscription(self, channel)
        if handler:
            threading.Thread(target=subscription._work, args=(handler,), name=f"ghost {channel}", daemon=True).start()
        return subscription

    def request(self, channel, data, timeout="5s"):
        """The answer of who responds: `app.request("prices", {"of": "apples"})` → 4.5. Raises NO_RESPONDERS at once, TIMED_OUT, or what the responder raised."""
        until, own, answer = time.monotonic() + _ms(timeout) / 1000, uuid.uuid4().hex, None
        wire = self._wire("answers", PATIENCE)
        wire.inbox = wire.inbox or wire.call("SUBSCRIBE", f"_reply:{uuid.uuid4().hex}")[1].decode()
        if self.call("PUBLISH", channel, self._wrap(data, own, timeout, reply=wire.inbox)) == 0:
            raise GhostError("NO_RESPONDERS", f"cannot ask {channel}: nobody listens there", "start the program that answers; ghost list shows what runs")
        while answer is None or answer.id != own:
            reply = wire.read(until)
            if reply is None:
                raise GhostError("TIMED_OUT", f"cannot ask {channel}: no answer within {timeout}, though somebody listens", "a longer timeout waits longer")
            answer = Message(channel, reply[2])
        if answer.error:
            raise GhostError(answer.error.get("code", "FAILED"), answer.error.get("message", ""), answer.error.get("hint"))
        return answer.data

    def respond(self, channel, responder):
        """Answers requests one after the other, in a thread: `app.respond("prices", lambda request: price(request.data["of"]))`. What it raises is told, too."""
        def answer(request):
            fields, data = {}, None
            try:
                data = responder(request)
            except Exception as error:
                fields = {"error": {"code": getattr(error, "code", "FAILED"), "message": _why(error)}}
                if not isinstance(error, GhostError):
                    self.error(f"cannot answer a request to {channel}: {_why(error)}", error=type(error).__name__, stack=traceback.format_exc())
            if request.reply:
                self.call("PUBLISH", request.reply, self._wrap(data, request.id, None, **fields))
        return self.subscribe(channel, answer)

    def publish_persistent(self, channel, data, retention=None, id=None):
        """Keeps a message for consumers (default 7d), on disk when this returns; gives its place. One `id` is kept once: `…("mails", mail, id=order_id)`."""
        own, retain = id or uuid.uuid4().hex, ["RETAIN", _ms(retention)] if retention else []
        return self.call("GHOST.PUBLISH", channel, self._wrap(data, own, None), "PERSIST", *retain, "ID", own)[0].decode()

    def consume(self, channel, group, redeliver_after="30s", delivery_limit=10):
        """Persistent messages as a member of a group: `for mail in app.consume("mails", "senders"): send(mail.data); mail.ack()`. One that is not acknowledged
        comes again after `redeliver_after`, or after `mail.nak("5s")`; after `delivery_limit` times (`mail.deliveries`) it goes to the channel `mails:dead`."""
        place = f"shared:channel:{channel}", group
        limits = ["COUNT", 1, "BLOCK", BLOCK_MS, "IDLE", _ms(redeliver_after), "LIMIT", delivery_limit, "DEAD", f"{place[0]}:dead"]
        while True:
            try:
                found = self._write(f"consuming {channel}", "GHOST.TAKE", *place, f"{self.name}-{self.instance}", *limits, patience=FOREVER)
            except GhostError as error:
                if error.code not in ("NOGROUP", "HUB_UNREACHABLE"):
                    raise
                with contextlib.suppress(GhostError):  # another member made it; or the hub is away, and is asked again
                    self.call("XGROUP", "CREATE", *place, "0", "MKSTREAM", patience=FOREVER)
                continue
            for entry, fields, deliveries in found[0][1] if found else []:
                message = Message(channel, dict(zip(fields[::2], fields[1::2])).get(b"data", b"null"))
                message.deliveries, message.ack = deliveries, functools.partial(self._write, f"consuming {channel}", "XACK", *place, entry)
                message.nak = lambda delay="1s", entry=entry: self._write(f"consuming {channel}", "GHOST.NAK", *place, entry, _ms(delay))
                yield message

    def get(self, key, default=None):
        """The value of a key, or `default`: `app.get("greeting")` → `{"text": "hello"}`. What other programs stored that is no JSON comes as text."""
        value = self.call("GET", key)
        return default if value is None else _value(value)

    def set(self, key, value, expiry=None):
        """Stores what JSON can hold, on disk when this returns: `app.set("session:7", {"user": 1}, expiry="30m")`. Keys `shared:…` are everybody's."""
        self.call("SET", key, _json(value), *(["PX", _ms(expiry)] if expiry else []))

    def delete(self, *keys):
        """Removes keys; how many there were: `app.delete("a", "b")` → 2."""
        return self.call("DEL", *keys) if keys else 0

    def query(self, sql, parameters=None):
        """Rows of the app's own database: `app.query("SELECT * FROM users WHERE id = ?", [7])` → `[{"id": 7, "name": "Ada"}]`. Parameters by position (?) in a
        list or by name (:id) in a dict; bytes are blobs. Raises SQL_FAILED, SQL_TIMEOUT."""
        answer = json.loads(self.call("GHOST.QUERY", sql, _json(parameters, _blob)), object_hook=_from_sql)
        return [dict(zip(answer["columns"], row)) for row in answer["rows"]]

    def execute(self, sql, parameters=None):
        """Runs one statement, on disk when this returns; how many rows it changed: `app.execute("DELETE FROM users WHERE id = :id", {"id": 7})` → 1."""
        return self.call("GHOST.EXEC", sql, _json(parameters, _blob))

    def execute_batch(self, commands):
        """Pairs of a statement and its parameters, all or none: `app.execute_batch([("INSERT INTO t VALUES (?)", [1]), ("DELETE FROM u", None)])`; rows changed."""
        return self.call("GHOST.BATCH", "[" + ",".join(f"[{_json(sql)},{_json(parameters, _blob)}]" for sql, parameters in commands) + "]")

    def increment(self, metric, by=1, **tags):
        """Adds to a counter: `app.increment("orders.done", country="de")`. Metrics never wait and raise nothing: without a hub they are dropped, as is what the hub
        refuses (no number, a name or tags that are none); `metrics_dropped` counts, and the log says why, once for each name."""
        self._measure("counter", metric, by, tags)

    def gauge(self, metric, value, **tags):
        """The value that something has now: `app.gauge("queue.length", 12)`."""
        self._measure("gauge", metric, value, tags)

    def latency(self, metric, milliseconds, **tags):
        """How long something took: `app.latency("orders.save", 3.2)`; `ghost metrics` shows how it is spread."""
        self._measure("histogram", metric, milliseconds, {"unit": "ms", **tags})

    def beat(self, ready=True, health=None):
        """Tells the supervisor that this app lives and how it is: `app.beat(health={"status": "healthy", "checks": {}})`. False: nobody took it."""
        with contextlib.suppress(GhostError):
            said = {"ready": ready, "health": health, "run": os.environ.get("GHOST_PROCESS")}
            self.call("GHOST.BEAT", _json({name: value for name, value in said.items() if value is not None}), self.instance, patience=0)
            return True
        return False

    def keep_beating(self, every="5s"):
        """Beats in a thread from now on, whatever the program itself waits for: `app.keep_beating()`. A program that hangs beats on, too; one that ends does not."""
        pause = _ms(every) / 1000

        def beat():
            soon = BEAT_AGAIN
            while True:
                is_taken = self.beat()
                time.sleep(pause if is_taken else min(pause, soon))
                soon = BEAT_AGAIN if is_taken else 2 * soon
        threading.Thread(target=beat, name="ghost beats", daemon=True).start()

    def log(self, level, message, **fields):
        """A line on stdout, JSON when supervised and readable on a terminal: `app.info("order saved", id=7)`. GHOST_LOG_LEVEL: the least that is written.
        Raises nothing: what cannot be written is said to be so, and a character that is none is `?`."""
        least = os.environ.get("GHOST_LOG_LEVEL", "info")
        if least in LEVELS and LEVELS.index(level) < LEVELS.index(least):
            return
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message, fields = _written(message, str), {name: _written(value, lambda it: it) for name, value in fields.items()}
        line = json.dumps({"time": now, "level": level, "message": message, **fields}, ensure_ascii=False, default=str)
        with contextlib.suppress(OSError, ValueError):  # nobody reads, or stdout is closed
            if os.environ.get("GHOST_LOG_FORMAT") == "text" or "GHOST_NAME" not in os.environ or sys.stdout.isatty():
                line = " ".join([now[11:19], level.ljust(5), message, *(f"{name}={value}" for name, value in fields.items())])
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
            sys.stdout.flush()

    debug, info = functools.partialmethod(log, "debug"), functools.partialmethod(log, "info")
    warn, error = functools.partialmethod(log, "warn"), functools.partialmethod(log, "error")

    def _write(self, what, *words, patience=PATIENCE):
        waits = False
        while True:
            try:
                answer = self.call(*words, patience=patience)
                if waits:
                    self.info(f"{what} goes on")
                return answer
            except GhostError as error:
                if error.code != "NO_SPACE":
                    raise
                if not waits:
                    self.warn(f"{what} waits, and tries again: {error}")
                waits = True
            time.sleep(FULL_PAUSE)

    def _measure(self, kind, metric, value, tags):
        try:
            number = float(value) if hasattr(value, "__float__") and not isinstance(value, bool) else value
            words = [_json({tag: each if each is None else str(each) for tag, each in tags.items()})] if tags else []
            self.call("GHOST.METRIC", metric, kind, str(number), *words, patience=0)
        except Exception as error:  # whatever an object of the app's does: no metric ends a program
            self.metrics_dropped += 1
            if getattr(error, "code", None) != "HUB_UNREACHABLE":
                self._tell_refused(_written(metric, str), error)

    def _tell_refused(self, metric, error):
        is_limit = getattr(error, "code", None) == "LIMIT_EXCEEDED"
        key, told = "" if is_limit else metric, self._refused
        if key in told or len(told) > NAMES_TOLD_MAX:
            return
        told.add(key)
        why = str(error).replace("cannot take the metric: ", "")[:200]
        if len(told) > NAMES_TOLD_MAX:
            self.warn(f"values of more than {NAMES_TOLD_MAX} metrics are dropped: of further names nothing is said")
        else:
            self.warn(f"new metrics are dropped: {why}" if is_limit else f"values of the metric {json.dumps(metric[:200])} are dropped: {why}")

    def _wrap(self, data, own, expiry, **fields):
        if isinstance(data, (bytes, bytearray)):
            return data
        now = int(time.time() * 1000)
        return _json({"v": 1, "id": own, "ts": now, **({"exp": now + _ms(expiry)} if expiry else {}), "from": self.name, **fields, "data": data})

    def _wire_name(self):
        return re.sub(r"[^!-~]+", "-", self.name)

    def _wire(self, purpose, patience):
        wire = getattr(self._own, purpose, None)
        if wire is None or not wire.is_idle():
            wire = _Wire(self, time.monotonic() + patience)
            setattr(self._own, purpose, wire)
        return wire


connect = Ghost


class Subscription:
    """Made by `Ghost.subscribe`: for a `for` loop, or `next`. `expired` counts messages that came too late, `lost` those the hub could not keep (-1: nobody knows)."""

    def __init__(self, app, channel):
        self._app, self.channel, self.expired, self.lost, self._position, self._is_open = app, channel, 0, 0, "", True
        self._is_connected = None
        self._connect(time.monotonic() + PATIENCE)

    def __iter__(self):
        return iter(self.next, None)

    def next(self, timeout=None):
        """The next message; None after `timeout` (e.g. "1s"; default: never) and when this is closed."""
        until, message = time.monotonic() + _ms(timeout) / 1000 if timeout else FOREVER, None
        while message is None and self._is_open and time.monotonic() < until:
            try:
                if not self._is_connected:
                    self._connect(until)
                message = self._accept(self._wire.read(until))
            except GhostError as error:
                if error.code != "HUB_UNREACHABLE":
                    raise
                self._is_connected = False
                time.sleep(0.01)
        return message

    def close(self):
        """Ends it, from any thread."""
        self._is_open = False
        self._wire.close()

    def _connect(self, until):
        self._wire = _Wire(self._app, until, lambda: self._is_open)
        if self._is_connected is False:
            self._tell_why_cut_off()
        kind = "PATTERN" if re.search(r"[*?[\\]", self.channel) else "CHANNEL"
        self._accept(self._wire.call("GHOST.RESUME", kind, self.channel, *([self._position] if self._position else [])))
        self._is_connected = True

    def _tell_why_cut_off(self):
        """Whoever was cut off finds only a connection that ended: the hub tells why when it is asked."""
        with contextlib.suppress(GhostError, KeyError):
            told = [each["why"] for each in _value(self._wire.call("GHOST.HEALTH"))["cutOff"]
                    if each["name"] == self._app._wire_name() and each["agoMs"] < CUT_OFF_AGO_MS_MAX]
            for why in told[-1:]:
                self._app.warn(f"the hub had cut this app off, and it is connected again: {why}")

    def _accept(self, reply):
        if reply is None:
            return None
        self._position = reply[3].decode() or self._position
        if reply[0] == b"ghost.resume":
            self.lost = reply[5] or self.lost
            if reply[5] != 0:
                self._app.warn(f"cannot have all messages of {self.channel}: some were lost while the hub was away", lost=reply[5])
            return None
        message = Message(reply[2].decode(errors="replace"), reply[4])
        is_over = message.expires_at is not None and message.expires_at < time.time() * 1000
        self.expired += is_over
        return None if is_over else message

    def _work(self, handler):
        for message in self:
            try:
                handler(message)
            except Exception as error:  # one bad message ends nothing
                self._app.error(f"cannot handle a message of {self.channel}: {_why(error)}", error=type(error).__name__, stack=traceback.format_exc())


class _Wire:
    """One connection, in RESP2. A refusal is raised as GhostError, and the connection goes on; after HUB_UNREACHABLE it is of no use."""

    def __init__(self, app, until, go_on=lambda: True):
        self.inbox, self._is_busy, self._process, self._poll, pause = None, False, os.getpid(), select.poll(), 0.01
        while True:
            host, _, port = app.hub.rpartition(":")
            self._socket = socket.socket(socket.AF_INET if port.isdigit() else socket.AF_UNIX)
            try:
                self._socket.connect((host, int(port)) if port.isdigit() else os.path.realpath(app.hub))
                break
            except OSError as error:
                self._socket.close()
                if time.monotonic() + pause > until or not go_on():
                    raise GhostError("HUB_UNREACHABLE", f"cannot reach the hub at {app.hub}: {error}", "ghost hub start starts it") from error
            time.sleep(pause * (0.5 + random.random() / 2))
            pause = min(PAUSE_MAX, pause * 2)
        self._file = self._socket.makefile("rb")
        self._poll.register(self._socket, select.POLLIN)
        if app.token:
            self._log_in(app.token)
        with contextlib.suppress(GhostError):
            self.call("CLIENT", "SETNAME", app._wire_name())

    def _log_in(self, token):
        try:
            self.call("AUTH", token)
        except GhostError as error:
            if error.code == "HUB_UNREACHABLE":
                raise
            hint = "ghost hub token NAME prints a valid one for GHOST_TOKEN; without one the owner of the home's socket is let in"
            raise GhostError("UNAUTHORIZED", "cannot log in to the hub: the token is not valid here", hint) from None

    def call(self, *words):
        try:
            parts = [word if isinstance(word, (bytes, bytearray)) else _checked(word).encode() for word in words]
        except UnicodeEncodeError as error:
            raise GhostError("USAGE", f"cannot send a text that is no Unicode: {error.reason}", "send bytes") from None
        if max(map(len, parts)) > VALUE_MAX:
            raise GhostError("LIMIT_EXCEEDED", f"cannot send {max(map(len, parts))} bytes at once: the hub takes {VALUE_MAX} (64 MiB)", "send it in parts")
        self._is_busy = True
        reply = self.read(time.monotonic() + REPLY_LIMIT, b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
        if self._is_busy:
            raise GhostError("HUB_UNREACHABLE", f"cannot tell whether the hub did it: no answer within {REPLY_LIMIT} s")
        if isinstance(reply, GhostError):
            raise reply
        return reply

    def read(self, until, frame=b""):
        """Sends a frame, if any; the next reply, or None when none begins by then."""
        try:
            self._socket.sendall(frame)
            if not self._comes(until):
                return None
            reply, self._is_busy = self._reply(), False
            return reply
        except (OSError, ValueError) as error:
            raise GhostError("HUB_UNREACHABLE", f"cannot tell whether the hub did it: {error}", "what was sent is not sent again") from error

    def is_idle(self):
        return not self._is_busy and self._process == os.getpid() and not self._comes(0)

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits
        self._file.close()

    def _comes(self, until):
        self._socket.settimeout(0)
        found = self._file.peek(1) or self._poll.poll(None if until == FOREVER else max(0, (until - time.monotonic()) * 1000))
        self._socket.settimeout(REPLY_LIMIT)
        return found

    def _reply(self):
        line = self._file.readline()
        if not line:
            raise OSError("the hub hung up")
        kind, text = line[:1], line[1:-2].decode()
        if kind in b"+:":
            return int(text) if kind == b":" else text
        if kind == b"-":
            word, _, rest = text.partition(" ")
            return GhostError(CODES.get(word, word), rest)
        if int(text) < 0:
            return None
        return self._file.read(int(text) + 2)[:-2] if kind == b"$" else [self._reply() for _ in range(int(text))]


def _end_quietly_when_interrupted():
    """^C ends the program as it always does (exit code 130, after its `finally` blocks), without a traceback."""
    tell = sys.excepthook

    def hook(kind, error, trace):
        if not issubclass(kind, KeyboardInterrupt):
            tell(kind, error, trace)
    hook.is_ghosts = True
    if not getattr(tell, "is_ghosts", False):
        sys.excepthook = hook


def _ms(duration):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|[smhd])", str(duration))
    if found is None or float(found[1]) == 0:
        raise GhostError("USAGE", f"cannot use {duration!r} as a duration: it needs a unit and is above 0", "for example 500ms, 5s, 10m or 2h")
    return max(1, round(float(found[1]) * UNITS[found[2]]))


def _why(error):
    """The text of a KeyError is the key alone, that of many others is empty."""
    return repr(error) if isinstance(error, KeyError) or not str(error) else str(error)


def _written(value, read):
    try:
        value = read(value)
        json.dumps(value, default=str, allow_nan=False), str(value)
        return value
    except Exception as error:  # whatever an object of the app's does when it is asked for its text
        return str(value) if isinstance(value, float) else f"cannot be written: {type(error).__name__}"


def _checked(word):
    if word is None:
        raise GhostError("USAGE", "cannot send None: it is neither a text nor bytes")
    _check_integers(word)
    return str(word)


def _check_integers(value):
    """SQL and other languages round longer ones."""
    if isinstance(value, int) and not -2**63 <= value < 2**63:
        raise GhostError("USAGE", "cannot send an integer beyond 64 bits (-2**63 to 2**63-1): it would be rounded", "send it as text")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        _check_integers(each)


def _json(value, default=None):
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=default)
        if re.search(r"\d{19}", text):
            _check_integers(value)
        # Half of a surrogate pair is no UTF-8; JSON has an escape for it.
        is_text = text.isascii() or text.encode(errors="replace").decode() == text
        return text if is_text else json.dumps(value, separators=(",", ":"), allow_nan=False, default=default)
    except (TypeError, ValueError) as error:
        if "set_int_max_str_digits" in str(error):
            _check_integers(value)
        raise GhostError("USAGE", f"cannot write this as JSON: {error}", "use what JSON can hold: dates as text, bytes as base64") from error


def _value(payload):
    with contextlib.suppress(UnicodeDecodeError):
        payload = payload.decode()
        with contextlib.suppress(ValueError):
            return json.loads(payload)
    return payload


def _blob(value):
    if isinstance(value, (bytes, bytearray)):
        return {"$blob": base64.b64encode(value).decode()}
    raise TypeError(f"a {type(value).__name__} is no value of SQL")


def _from_sql(cell):
    if "$blob" in cell:
        return base64.b64decode(cell["$blob"])
    return int(cell["$int"]) if "$int" in cell else float(cell["$real"]) if "$real" in cell else cell
