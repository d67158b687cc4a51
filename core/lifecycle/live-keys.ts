/**
 * Keys of a definition (as `describeDefinition` names them) that take effect without a restart: they tell Ghost what to
 * do with the process, and the process itself never sees them. The registering shell's PATH it does see, from its next start on.
 */
const LIVE_PREFIXES = [
  "PATH",
  "restart.",
  "stop.",
  "logs.",
  "watch.",
  "type",
  "resource_limits.memory",
  "resource_limits.cpu",
  "resource_limits.pids",
  "depends_on.",
  "health_check.",
  "instances",
  "schedule",
  "reload.",
  "on.",
  // The app is told of these while it runs.
  "app.",
  "core.",
  "cache.",
  "encryption.",
  "resilience.",
  "grants",
  "app_file",
] as const;

/** True when a change of `key` reaches a running process without restarting it. */
export function isLiveKey(key: string): boolean {
  return LIVE_PREFIXES.some((prefix) => (prefix.endsWith(".") ? key.startsWith(prefix) : key === prefix));
}
