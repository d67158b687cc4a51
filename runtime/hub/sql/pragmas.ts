/** Which PRAGMAs anybody may run (https://sqlite.org/pragma.html). The rest belongs to Ghost: how the file is locked, journalled and synced. */
import { nameIn, type Token } from "./tokens.ts";

/** These only read, with or without an argument. */
const READING = new Set(
  `collation_list compile_options database_list foreign_key_check foreign_key_list function_list index_info index_list index_xinfo integrity_check
  module_list pragma_list quick_check table_info table_list table_xinfo`.split(/\s+/),
);
/** These tell a setting without an argument; with one they would change it, for every user of the namespace and until its process ends. */
const TELLING = new Set(
  `analysis_limit application_id auto_vacuum automatic_index busy_timeout cache_size cache_spill cell_size_check checkpoint_fullfsync data_version
  defer_foreign_keys encoding foreign_keys freelist_count fullfsync hard_heap_limit ignore_check_constraints journal_mode journal_size_limit
  legacy_alter_table locking_mode max_page_count mmap_size page_count page_size query_only read_uncommitted recursive_triggers
  reverse_unordered_selects schema_version secure_delete soft_heap_limit synchronous temp_store threads trusted_schema user_version
  wal_autocheckpoint writable_schema`.split(/\s+/),
);
/** These may be set: they are kept in the file and part of the transaction. */
const LASTING = new Set(["application_id", "user_version"]);
/** These do some work on the file, as a statement does. */
const WORKING = new Set(["incremental_vacuum", "optimize"]);

/** What a PRAGMA statement does; "transaction": it holds until the end of the transaction it is in, and makes sense only there. */
export type PragmaUse = "read" | "change" | "transaction" | "refused";

/** Judges `PRAGMA …` by its tokens, the word PRAGMA left out. */
export function pragmaUse(tokens: readonly Token[]): PragmaUse {
  const [first, second, third] = tokens;
  const withSchema = second?.text === ".";
  const name = nameIn(withSchema ? third : first) ?? "";
  const hasArgument = tokens.length > (withSchema ? 3 : 1);
  if (READING.has(name)) return "read";
  if (WORKING.has(name)) return "change";
  if (!hasArgument) return TELLING.has(name) ? "read" : "refused";
  if (name === "defer_foreign_keys") return "transaction";
  return LASTING.has(name) ? "change" : "refused";
}
