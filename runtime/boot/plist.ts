import { daemonArguments, type JobDescription } from "./unit.ts";

/** launchd waits so long for an ordered end before it kills, in seconds; it has no way to be asked for more. */
const EXIT_SECONDS = 90;
/** launchd's own default and minimum pause between starts, in seconds. */
const THROTTLE_SECONDS = 1;

/**
 * The property list of a launchd job (launchd.plist(5)). `AbandonProcessGroup` is what KillMode=process is to systemd: the
 * daemon's processes outlive it. A daemon that ended with 0 was told to, and is not started again.
 */
export function launchdPlist(job: JobDescription, label: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  ${string(label)}
  <key>ProgramArguments</key>
  <array>
${daemonArguments(job)
  .map((word) => `    ${string(word)}`)
  .join("\n")}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(job.environment)
  .map(([name, value]) => `    <key>${escapeXml(name)}</key>\n    ${string(value)}`)
  .join("\n")}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>${THROTTLE_SECONDS}</integer>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>ExitTimeOut</key>
  <integer>${EXIT_SECONDS}</integer>
  <key>WorkingDirectory</key>
  <string>/</string>
  <key>StandardErrorPath</key>
  ${string(`${job.home}/logs/daemon.log`)}
</dict>
</plist>
`;
}

function string(text: string): string {
  return `<string>${escapeXml(text)}</string>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
