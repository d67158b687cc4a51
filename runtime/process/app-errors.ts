/**
 * Runs in an app, before anything of it does: an error of the SDK that nobody catches is told with the app's own lines first and those of the SDK last, by names that lead
 * to no file, because the runtime (Bun 1.4.5) else prints the SDK's code, which is one line of kilobytes. Who catches such an error finds it as it was thrown.
 */
export const TELL_ERRORS = `
const OF_SDK = /[^\\s(]*[\\\\/](ghost-sdk[\\\\/](?:(?:index|testing)\\.js|parts[\\\\/][^\\\\/:]+):)/;
const CAUSES_MAX = 8;
const withOwnFirst = (error, depth = 0) => {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return false;
  const [head, ...frames] = String(error.stack).split(/\\n +at (?=.*\\S)/);
  const own = frames.filter((frame) => !OF_SDK.test(frame));
  const isOfSdk = own.length < frames.length;
  if (isOfSdk) {
    const sdk = frames.filter((frame) => OF_SDK.test(frame)).map((frame) => frame.replace(OF_SDK, "$1"));
    // An await at the top level of a file leaves no line of it.
    if (depth === 0 && own.length === 0) sdk.unshift("<what " + Bun.main + " awaits> (" + sdk[0].match(/ghost-sdk[^()]*/)[0] + ")");
    error.stack = [head, ...own, ...sdk].join("\\n    at ");
  }
  return withOwnFirst(error.cause, depth + 1) || isOfSdk;
};
const prepare = (error) => {
  try {
    return withOwnFirst(error);
  } catch {
    return false;
  }
};
process.on("uncaughtExceptionMonitor", (error, origin) => {
  if (process.listenerCount("uncaughtException") || process.hasUncaughtExceptionCaptureCallback?.()) return;
  if (!prepare(error) || origin !== "uncaughtException") return;
  // What is thrown, and not rejected, is printed as it was when it was thrown.
  console.error(error);
  process.exit(1);
});
// One listener more is no answer to a rejection: it is rejected again, to nobody.
const onRejection = (error) => {
  if (process.listenerCount("unhandledRejection") > 1) return;
  prepare(error);
  process.off("unhandledRejection", onRejection);
  Promise.reject(error);
  setImmediate(() => process.on("unhandledRejection", onRejection));
};
process.on("unhandledRejection", onRejection);
`;
