import type { SqliteSession } from "../../storage/sqlite/database.ts";

/** What running statements needs of an open database, be it `storage/sqlite` or another SQLite. Failures are GhostErrors (DATABASE_FAILED with `details.reason`). */
export type SqlSession = Pick<SqliteSession, "run" | "get" | "exec" | "visit" | "copyTo" | "isInTransaction" | "memoryBytes" | "close">;
