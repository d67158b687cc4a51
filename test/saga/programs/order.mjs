// A saga of three steps that writes each effect's key into FILE.
//   SAGA   its name          FAIL   the step that throws
//   KILL   where the program kills itself: "begun X" before the effect, "effect X" after it, "reported X" when its end is on its way
//   HOLD   the step that waits, after its effect, for the file FILE.go
//   START  start it; without it the program only defines it, and lives until it is ended
import { appendFileSync, existsSync } from "node:fs";
import { Ghost } from "ghost-sdk";

const { SAGA, FAIL, HOLD, KILL, START, FILE } = process.env;

const die = (point) => point === KILL && process.kill(process.pid, "SIGKILL");

const act =
  (what) =>
  async ({ key }) => {
    die(`begun ${what}`);
    appendFileSync(FILE, `${key}\n`);
    die(`effect ${what}`);
    while (what === HOLD && !existsSync(`${FILE}.go`)) await new Promise((resolve) => setTimeout(resolve, 10));
    setImmediate(() => die(`reported ${what}`));
    if (what === FAIL) throw new Error(`no ${what}`);
    return what;
  };

const steps = ["reserve", "charge", "ship"].map((name) => ({ name, run: act(name), compensate: act(`-${name}`) }));
const order = Ghost.saga.define(SAGA, steps);

if (START) {
  console.log(JSON.stringify(await order.start({ item: "book" }, { id: "1" })));
  await Ghost.close();
} else setInterval(() => undefined, 60_000);
