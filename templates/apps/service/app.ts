import { Ghost } from "ghost-sdk";
import { Ticker } from "./ticker.ts";

await Ghost.run(Ticker);
