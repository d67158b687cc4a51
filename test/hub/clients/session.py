"""What an application does, with redis-py as Debian has it: keys, hashes, pipelines, transactions, subscriptions. session.py SOCKET"""
import sys

import redis

client = redis.Redis(unix_socket_path=sys.argv[1], decode_responses=True)
assert client.ping() is True
assert client.set("k", "v", px=60000) is True and client.get("k") == "v" and 0 < client.pttl("k") <= 60000
assert client.set("k", "w", nx=True) is None
assert client.setnx("n", 1) is True and client.incrby("n", 4) == 5 and client.decr("n") == 4
assert client.mset({"a": "1", "b": "2"}) is True and client.mget("a", "none", "b") == ["1", None, "2"]
assert client.hset("h", mapping={"x": "1", "y": "2"}) == 2 and client.hgetall("h") == {"x": "1", "y": "2"}
assert client.hincrby("h", "x", 2) == 3 and client.hdel("h", "y") == 1 and client.hexists("h", "y") is False
assert sorted(client.scan_iter("*")) == ["a", "b", "h", "k", "n"] and client.type("h") == "hash"
assert client.exists("a", "b", "none") == 2 and client.expire("a", 100) is True and client.persist("a") is True
assert client.info()["redis_version"] and client.client_id() > 0 and client.client_setname("py") is True

with client.pipeline() as pipe:
    pipe.watch("n")
    pipe.multi()
    pipe.incr("n").get("n")
    assert pipe.execute() == [5, "5"]
    pipe.watch("n")
    client.set("n", "other")
    pipe.multi()
    pipe.set("n", "mine")
    try:
        pipe.execute()
        raise AssertionError("a changed key was not seen")
    except redis.WatchError:
        pass
assert client.pipeline(transaction=False).set("p", 1).incr("p").execute() == [True, 2]

try:
    client.incr("h")
    raise AssertionError("a hash was counted up")
except redis.ResponseError as error:
    assert "WRONGTYPE" in str(error), error

subscription = client.pubsub()
subscription.subscribe("news")
subscription.psubscribe("n*")
seen = [subscription.get_message(timeout=5)["type"] for _ in range(2)]
assert seen == ["subscribe", "psubscribe"], seen
assert client.publish("news", "hello") == 2
messages = [subscription.get_message(timeout=5) for _ in range(2)]
assert [(m["type"], m["channel"], m["data"]) for m in messages] == [("message", "news", "hello"), ("pmessage", "news", "hello")], messages
subscription.close()

binary = redis.Redis(unix_socket_path=sys.argv[1])
assert binary.set(b"\x00\xff", bytes(range(256))) is True and binary.get(b"\x00\xff") == bytes(range(256))
assert client.flushdb() is True and client.dbsize() == 0
print("all as it should be")
