import { GhostError } from "../../errors/ghost-error.ts";
import { checkKey } from "../arguments.ts";
import { decodeBase64, encodeBase64Url } from "../base64.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import type { KeyRing } from "./key-ring.ts";
import type { WebCrypto } from "./web-crypto.ts";

/** AES-256-GCM's nonce, in bytes (NIST SP 800-38D, 8.2). Random ones allow 2^32 values a key. */
const NONCE_BYTES = 12;
const VERSION = "1";
const ALGORITHM = "A256GCM";
/** `ghost-sealed.VERSION.ALGORITHM.KEY_ID.NONCE.CIPHERTEXT`, the last three in base64url; the ciphertext ends with its tag of 16 bytes. */
const ENVELOPE = /^ghost-sealed\.([^.]*)\.([^.]*)\.([^.]*)\.([^.]*)\.([\w-]*)$/;

interface Envelope {
  readonly version: string;
  readonly algorithm: string;
  readonly keyId: string;
  readonly nonce: string;
  readonly ciphertext: string;
}

/** Encrypts texts for the keys of one namespace. What is sealed opens under the same name in the same namespace, and nowhere else. */
export class Sealer {
  private readonly crypto: WebCrypto;
  private readonly ring: KeyRing;

  constructor(crypto: WebCrypto, ring: KeyRing) {
    this.crypto = crypto;
    this.ring = ring;
  }

  /** The envelope of a text. */
  async seal(key: string, text: string): Promise<string> {
    checkKey(key);
    const keyId = this.ring.currentId;
    const iv = new Uint8Array(NONCE_BYTES);
    this.crypto.getRandomValues(iv);
    const cryptoKey = await this.ring.keyFor(key, keyId);
    const algorithm = { name: "AES-GCM", iv, additionalData: this.boundTo(key, keyId) } as const;
    const sealed = new Uint8Array(await this.crypto.subtle.encrypt(algorithm, cryptoKey, encodeUtf8(text)));
    return ["ghost-sealed", VERSION, ALGORITHM, keyId, encodeBase64Url(iv), encodeBase64Url(sealed)].join(".");
  }

  /** The text of an envelope. Throws ENCRYPTION_KEY_UNKNOWN, or DECRYPTION_FAILED for what is no envelope, was changed, or belongs to another key. */
  async open(key: string, stored: unknown): Promise<string> {
    const envelope = readEnvelope(stored);
    if (!envelope)
      throw failed(key, "it is not encrypted", "`rotate` with `plaintext: true` encrypts what was stored before encryption was enabled");
    if (envelope.version !== VERSION || envelope.algorithm !== ALGORITHM)
      throw failed(key, `it was encrypted in a way that this version does not know (${envelope.version}, ${envelope.algorithm})`);
    const [iv, bytes] = [decodeBase64(envelope.nonce), decodeBase64(envelope.ciphertext)];
    const cryptoKey = await this.ring.keyFor(key, envelope.keyId);
    if (iv?.length !== NONCE_BYTES || !bytes) throw failed(key, "its envelope is damaged");
    const algorithm = { name: "AES-GCM", iv, additionalData: this.boundTo(key, envelope.keyId) } as const;
    const opened = await this.crypto.subtle.decrypt(algorithm, cryptoKey, bytes).catch((cause: unknown) => {
      throw failed(key, "it was changed, or copied from another key or namespace", undefined, cause);
    });
    return decodeUtf8(new Uint8Array(opened));
  }

  /** How a stored value stands: sealed with the key that encrypts now, with an older one (or one that is not known), or not at all. */
  stateOf(stored: unknown): "current" | "older" | "plain" {
    const envelope = readEnvelope(stored);
    if (!envelope) return "plain";
    return envelope.keyId === this.ring.currentId ? "current" : "older";
  }

  /** The additional data: no part of an envelope, and neither name nor namespace, can be exchanged without the tag's protest. */
  private boundTo(key: string, keyId: string): Uint8Array<ArrayBuffer> {
    return encodeUtf8(JSON.stringify([VERSION, ALGORITHM, keyId, this.ring.spaceOf(key), key]));
  }
}

function readEnvelope(stored: unknown): Envelope | null {
  const match = typeof stored === "string" ? ENVELOPE.exec(stored) : null;
  if (!match) return null;
  const [, version = "", algorithm = "", keyId = "", nonce = "", ciphertext = ""] = match;
  return { version, algorithm, keyId, nonce, ciphertext };
}

function failed(key: string, why: string, hint?: string, cause?: unknown): GhostError {
  return new GhostError("DECRYPTION_FAILED", `cannot decrypt ${key}: ${why}`, { hint, details: { key }, cause });
}
