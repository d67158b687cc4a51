/**
 * Aborted when nothing is left that could wake this program: a terminal's ^D ends the input that a question waits for, and the question would wait for ever, were
 * there anything to keep the program alive. For questions that take a signal.
 */
export function endOfInput(): AbortSignal {
  const controller = new AbortController();
  process.once("beforeExit", () => controller.abort());
  return controller.signal;
}
