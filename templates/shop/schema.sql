CREATE TABLE IF NOT EXISTS items (id serial PRIMARY KEY, name text UNIQUE NOT NULL, sold integer NOT NULL DEFAULT 0);
INSERT INTO items (name) VALUES ('lamp'), ('chair'), ('table') ON CONFLICT DO NOTHING;
