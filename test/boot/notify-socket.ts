/** A socket as a service manager has it: datagrams, which neither Bun nor Node can take, so the C library is called. */
import { unlinkSync } from "node:fs";
import { socketAddress } from "../../runtime/process/sd-notify.ts";
import { openLibc } from "../../runtime/system/native.ts";
import { waitFor } from "../rig/wait.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const MESSAGE_BYTES_MAX = 4096;

/** What was told, message by message, each as its assignments. */
export type Message = Readonly<Record<string, string>>;

/** The manager's end. */
export interface NotifySocket extends Disposable {
  readonly messages: readonly Message[];
  /** Waits for the first message from index `from` on that has this assignment, and gives its index. */
  until(name: string, value?: string, from?: number): Promise<number>;
}

/** Listens at a path, or at `@name`. */
export function listenForNotifications(address: string): NotifySocket {
  const libc = openLibc({
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
  });
  const target = socketAddress(address);
  if (!libc || !target) throw new Error(`cannot listen at ${address}`);
  const fd = libc.call.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0) as number;
  if (libc.call.bind(fd, libc.pointer(target), target.length) !== 0) throw new Error(`cannot bind ${address}: errno ${libc.errno()}`);
  const messages: Message[] = [];
  const buffer = Buffer.alloc(MESSAGE_BYTES_MAX);
  const receive = (): void => {
    for (;;) {
      const bytes = Number(libc.call.recv(fd, libc.pointer(buffer), buffer.length, MSG_DONTWAIT));
      if (bytes <= 0) return;
      messages.push(parse(buffer.toString("utf8", 0, bytes)));
    }
  };
  return {
    messages,
    async until(name, value, from = 0) {
      const find = (): number => {
        receive();
        return messages.findIndex(
          (message, index) => index >= from && message[name] !== undefined && (value ?? message[name]) === message[name],
        );
      };
      const found = await waitFor(() => find() + 1, { what: `${name}=${value ?? ""}`, limitMs: 15_000, seen: () => messages });
      return found - 1;
    },
    [Symbol.dispose]() {
      libc.call.close(fd);
      if (!address.startsWith("@")) unlinkSync(address);
    },
  };
}

function parse(text: string): Message {
  return Object.fromEntries(text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
