/** Requests as jobs: what is to be run on the database, and in which kind of transaction. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { RowVisitor } from "../../storage/sqlite/database.ts";
import type { SqlParameter } from "../../storage/sqlite/statement.ts";
import { classify, type StatementKind } from "./classify.ts";
import { Ask, decodeStatement, type Frame } from "./frames.ts";
import { bindings, parseJson } from "./parameters.ts";
import { type ResultLimits, RowWriter } from "./rows.ts";
import type { SqlSession } from "./session.ts";
import { splitStatements } from "./split.ts";

/**
 * - `read`: needs none
 * - `shared`: one change, which others may share a transaction with: SQLite undoes it alone when it fails
 * - `own`: several statements, or rows that may be too many: all of it or nothing, in a transaction of its own
 * - `whole`: cannot be in a transaction
 * - `inside`: only inside of one that the client began
 */
export type JobMode = "read" | "shared" | "own" | "whole" | "inside";

export interface Job {
  readonly mode: JobMode;
  /** Its text, by which it is known how long it takes; null of several. */
  readonly sql: string | null;
  /** True when it may change the schema. */
  readonly defines: boolean;
  /** Runs it and gives the answer's body. Throws a GhostError. */
  run(): string;
}

/** One statement that may run. */
interface Planned {
  readonly sql: string;
  readonly kind: StatementKind;
}

/** Statements of a batch at most. */
const BATCH_STATEMENTS_MAX = 10_000;
/** Texts whose judgement is remembered, and the length up to which they are, in UTF-16 units. */
const PLANS_MAX = 256;
const PLAN_CHARACTERS_MAX = 4_096;

export class Jobs {
  private readonly plans = new Map<string, readonly Planned[]>();
  private readonly db: SqlSession;
  private readonly limits: ResultLimits;

  constructor(db: SqlSession, limits: ResultLimits) {
    this.db = db;
    this.limits = limits;
  }

  /** The job of a QUERY, EXECUTE or BATCH. Throws SQL_REFUSED or SQL_FAILED. */
  of({ kind, body }: Frame): Job {
    if (kind === Ask.BATCH) return this.batch(body.toString("utf8"));
    const { sql, params } = decodeStatement(body);
    const given = params === "" ? undefined : parseJson(params);
    return kind === Ask.QUERY ? this.query(sql, given) : this.execute(sql, given);
  }

  private query(text: string, given: unknown): Job {
    const statement = this.only(text, "GHOST.QUERY runs one statement", "GHOST.EXEC and GHOST.BATCH run several");
    const params = bindings(statement.sql, given);
    const mode = modeOf(statement.kind);
    return { ...describe(statement), mode: mode === "shared" ? "own" : mode, run: () => this.rows(statement, params) };
  }

  private execute(text: string, given: unknown): Job {
    const statements = this.plan(text);
    if (statements.length > 1) {
      if (given !== undefined && given !== null)
        throw refused("several statements cannot share parameters", "GHOST.BATCH gives each its own");
      return this.all(statements.map((statement) => ({ statement, params: [] })));
    }
    const statement = this.only(text, "there must be a statement");
    const params = bindings(statement.sql, given);
    return { ...describe(statement), run: () => String(this.change(statement, params)) };
  }

  private batch(text: string): Job {
    const entries = parseJson(text);
    if (!Array.isArray(entries)) throw refused("a batch is a JSON array", 'e.g. [["INSERT INTO t VALUES (?)", [1]], ["DELETE FROM u"]]');
    if (entries.length > BATCH_STATEMENTS_MAX)
      throw new GhostError("LIMIT_EXCEEDED", `cannot run the batch: it has more than ${BATCH_STATEMENTS_MAX} statements`);
    return this.all(entries.map((entry, index) => this.entry(entry, index)));
  }

  private entry(entry: unknown, index: number): { statement: Planned; params: SqlParameter[] } {
    const [sql, given] = Array.isArray(entry) ? entry : [entry];
    if (typeof sql !== "string") throw refused(`entry ${index + 1} of the batch has no text`, 'each is ["SQL", parameters] or "SQL"');
    const statement = this.only(sql, `entry ${index + 1} of the batch must be one statement`);
    return { statement, params: bindings(statement.sql, given) };
  }

  private all(entries: readonly { statement: Planned; params: SqlParameter[] }[]): Job {
    const whole = entries.find(({ statement }) => statement.kind === "whole");
    if (whole) throw refused("VACUUM cannot be part of a transaction", "run it alone");
    const inside = entries.some(({ statement }) => statement.kind === "inside");
    return {
      mode: inside ? "inside" : "own",
      sql: null,
      defines: entries.some(({ statement }) => statement.kind === "define"),
      run: () => String(entries.reduce((changes, { statement, params }) => changes + this.change(statement, params), 0)),
    };
  }

  private change({ sql, kind }: Planned, params: readonly SqlParameter[]): number {
    const changes = this.db.run(sql, params);
    return kind === "change" ? changes : 0;
  }

  private rows({ sql }: Planned, params: readonly SqlParameter[]): string {
    const writer = new RowWriter(this.limits);
    const visitor: RowVisitor = {
      begin(columns) {
        if (columns === 0) throw refused("GHOST.QUERY runs statements that give rows, and this one gives none", "use GHOST.EXEC");
      },
      row: (row) => writer.add(row),
    };
    return writer.finish(this.db.visit(sql, params, visitor));
  }

  private only(text: string, rule: string, hint?: string): Planned {
    const [statement, second] = this.plan(text);
    if (!statement) throw refused("the text holds no statement");
    if (second) throw refused(`${rule}, and the text holds several`, hint);
    return statement;
  }

  private plan(text: string): readonly Planned[] {
    const known = this.plans.get(text);
    if (known) return known;
    // SQLite would see the text end there.
    if (text.includes("\0")) throw refused("the text holds a zero byte", "pass such text as a parameter");
    const planned = splitStatements(text).map((statement) => ({ sql: statement.sql, kind: classify(statement) }));
    if (text.length <= PLAN_CHARACTERS_MAX) this.plans.set(text, planned);
    if (this.plans.size > PLANS_MAX) this.plans.delete(this.plans.keys().next().value as string);
    return planned;
  }
}

function describe({ sql, kind }: Planned): Pick<Job, "mode" | "sql" | "defines"> {
  return { mode: modeOf(kind), sql, defines: kind === "define" };
}

function modeOf(kind: StatementKind): JobMode {
  switch (kind) {
    case "read":
    case "whole":
    case "inside":
      return kind;
    case "change":
      return "shared";
    case "define":
      return "own";
  }
}

function refused(why: string, hint?: string): GhostError {
  return new GhostError("SQL_REFUSED", `cannot run it: ${why}`, { hint });
}
