"""Greets people, and remembers how often."""

SCHEMA = "CREATE TABLE IF NOT EXISTS greetings (name TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID"
ADD = "INSERT INTO greetings (name, times) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET times = times + 1"


class Greeter:
    """`app` is what ghost.connect() gives; of it SQL, metrics and publish are used."""

    def __init__(self, app):
        self.app = app

    def prepare(self):
        """Makes the table; does nothing when it is there."""
        self.app.execute(SCHEMA)

    def greet(self, name):
        """A greeting that knows whether they have met; tells all who listen to `greetings`. Raises ValueError for what is no name."""
        if not isinstance(name, str) or not name.strip():
            raise ValueError("cannot greet: send a name")
        name = name.strip()
        self.app.execute(ADD, {"name": name})
        [row] = self.app.query("SELECT times FROM greetings WHERE name = :name", {"name": name})
        self.app.increment("greetings")
        self.app.publish("greetings", {"name": name, "times": row["times"]})
        return f"hello {name}" if row["times"] == 1 else f"hello {name}, for the {row['times']}. time"

    def people(self):
        """How many people were greeted."""
        [row] = self.app.query("SELECT count(*) AS people FROM greetings")
        return row["people"]
