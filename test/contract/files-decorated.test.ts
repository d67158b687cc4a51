// timeout: 120s
import { test } from "../rig/test.ts";
import { dataContract } from "./data-contract.ts";
import { openFiles } from "./open-files.ts";
import { WHOLE_STACK, whole } from "./stacks.ts";

dataContract({ name: `${WHOLE_STACK}SQLite files`, open: () => openFiles(whole) });

test.run();
