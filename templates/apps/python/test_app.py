"""Tests of the app, without a hub: python3 -m unittest, or ghost test."""
import sqlite3
import unittest

from greeter import Greeter


class InMemory:
    """Takes the place of what ghost.connect() gives: SQL in memory, and a record of what was told."""

    def __init__(self):
        self.database = sqlite3.connect(":memory:")
        self.database.row_factory = sqlite3.Row
        self.published = []
        self.counters = {}

    def execute(self, sql, parameters=()):
        return self.database.execute(sql, parameters).rowcount

    def query(self, sql, parameters=()):
        return [dict(row) for row in self.database.execute(sql, parameters)]

    def publish(self, channel, data):
        self.published.append((channel, data))

    def increment(self, metric, by=1):
        self.counters[metric] = self.counters.get(metric, 0) + by


class GreeterTest(unittest.TestCase):
    def setUp(self):
        self.app = InMemory()
        self.addCleanup(self.app.database.close)
        self.greeter = Greeter(self.app)
        self.greeter.prepare()

    def test_it_greets_and_remembers(self):
        self.assertEqual(self.greeter.greet("Ada"), "hello Ada")
        self.assertEqual(self.greeter.greet(" Ada "), "hello Ada, for the 2. time")
        self.assertEqual(self.greeter.greet("Grace"), "hello Grace")
        self.assertEqual(self.greeter.people(), 2)

    def test_it_tells_whom_it_greeted(self):
        self.greeter.greet("Ada")
        self.assertEqual(self.app.published, [("greetings", {"name": "Ada", "times": 1})])
        self.assertEqual(self.app.counters, {"greetings": 1})

    def test_what_is_no_name_is_refused(self):
        for name in ("", "  ", None, 7, {}):
            with self.assertRaises(ValueError):
                self.greeter.greet(name)
        self.assertEqual(self.greeter.people(), 0)

    def test_preparing_again_loses_nothing(self):
        self.greeter.greet("Ada")
        self.greeter.prepare()
        self.assertEqual(self.greeter.people(), 1)


if __name__ == "__main__":
    unittest.main()
