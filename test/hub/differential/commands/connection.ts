import type { Step } from "../steps.ts";
import { shortValue, value } from "../values.ts";
import { type Family, maybe } from "./family.ts";

/** What may be sent without the form of an array of texts, and how many replies are due; the last ones end the connection. */
const RAW: readonly (readonly [bytes: string, replies: number])[] = [
  ["PING\r\n", 1],
  ["ping hello\n", 1],
  ["ECHO 'a b'\r\n", 1],
  ['ECHO "\\x41\\n\\"\\t\\z"\r\n', 1],
  ["ECHO 'it\\'s'\r\n", 1],
  ["  SET   s0   1  \r\nGET s0\r\n", 2],
  ["\r\n\r\nPING\r\n", 1],
  ["*0\r\nPING\r\n", 1],
  ["*-1\r\nPING\r\n", 1],
  ["*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", 2],
  ["GET\r\n", 1],
  ["NOSUCH a b\r\n", 1],
  ['GET "unbalanced\r\n', 2],
  ["GET 'a'b\r\n", 2],
  ["*abc\r\n", 2],
  ["*2147483648\r\n", 2],
  ["*1\r\n$abc\r\n", 2],
  ["*1\r\n$-1\r\n", 2],
  ["*1\r\n$536870913\r\n", 2],
  ["*1\r\n:4\r\n", 2],
  ["*1\r\nPING\r\n", 2],
  ["*2\r\n$3\r\nGET\r\n+s0\r\n", 2],
];

/** Commands on the connection itself. AUTH's outcome is not compared: Redis has no password here, and we have tokens. */
export const CONNECTION: Family = {
  name: "connection",
  commands: [
    [5, ({ random }) => ["PING", ...maybe(random, 0.5, () => [value(random)])]],
    [4, ({ random }) => ["ECHO", value(random)]],
    [2, ({ random }) => ["HELLO", ...maybe(random, 0.9, () => [random.pick(["2", "3", "3", "1", "4", "abc", "", "03"])])]],
    [
      1,
      ({ random }) => [
        "HELLO",
        random.pick(["2", "3"]),
        ...random.pick([["SETNAME", "n1"], ["SETNAME", "a b"], ["SETNAME"], ["NOPE"], ["AUTH", "x"], ["AUTH"]]),
      ],
    ],
    [1, ({ random }) => ["AUTH", ...random.pick([[], ["a", "b", "c"]])]],
    [2, ({ random }) => ["SELECT", random.pick(["0", "0", "-1", "abc", "10000", "", "1.0"])]],
    [2, ({ random }) => ["CLIENT", "SETNAME", random.pick(["", "me", "a b", "n\n", "\xff", "me:1"])]],
    [2, () => ["CLIENT", "GETNAME"]],
    [1, ({ random }) => ["CLIENT", random.pick(["ID", "INFO", "LIST"])]],
    [
      1,
      ({ random, clients }) => [
        "CLIENT",
        "KILL",
        "ID",
        random.chance(0.7) ? { idOfClient: random.between(0, clients - 1) } : random.pick(["0", "abc", "-1"]),
      ],
    ],
    [
      1,
      ({ random }) => [
        "CLIENT",
        ...random.pick([
          ["KILL", "1.2.3.4:5"],
          ["KILL"],
          ["NOSUCH"],
          ["UNBLOCK"],
          ["UNBLOCK", "abc"],
          ["UNBLOCK", "0", "NOPE"],
          ["ID", "x"],
          ["SETNAME"],
        ]),
      ],
    ],
    [
      1,
      ({ random, clients }) => [
        "CLIENT",
        "UNBLOCK",
        { idOfClient: random.between(0, clients - 1) },
        ...maybe(random, 0.5, () => [random.pick(["TIMEOUT", "ERROR", "error"])]),
      ],
    ],
    [
      1,
      ({ random }) => [
        "COMMAND",
        ...random.pick([
          [],
          ["COUNT"],
          ["INFO", "get"],
          ["NOSUCH"],
          ["LIST"],
          ["COUNT", "x"],
          ["GETKEYS", "SET", "a", "b"],
          ["GETKEYS", "MSET", "a", "b", "c", "d"],
          ["GETKEYS"],
          ["GETKEYS", "PING"],
          ["GETKEYS", "NOSUCH"],
          ["GETKEYS", "XREAD", "STREAMS", "a", "b", "0", "0"],
        ]),
      ],
    ],
    [1, ({ random }) => ["INFO", ...maybe(random, 0.5, () => [random.pick(["server", "ALL", "nonsense"])])]],
    [
      1,
      ({ random }) => [
        "CONFIG",
        ...random.pick([["GET", "save"], ["GET", "no*such"], ["GET"], ["NOSUCH"], ["SET", "no-such-thing", "1"], ["SET"]]),
      ],
    ],
    [1, () => ["RESET"]],
    [0.5, () => ["QUIT"]],
    [
      3,
      ({ random }) => [
        random.pick(["NOSUCH", "", "get ", "GET\r\nX", "X".repeat(200), "\xff"]),
        ...random.several(0, 3, () => shortValue(random)),
      ],
    ],
    [1, ({ random }) => ["NOSUCH", ...random.several(0, 3, () => "a".repeat(random.between(1, 90)))]],
  ],
  scenes: [
    [
      3,
      ({ random, client }): Step[] => {
        const [bytes, replies] = random.pick(RAW);
        return [{ kind: "raw", client, bytes, replies }];
      },
    ],
    [1, ({ client }): Step[] => [{ kind: "leave", client }]],
  ],
};
