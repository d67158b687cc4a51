import { GhostError } from "../../errors/ghost-error.ts";
import { encodeBase64Url } from "../base64.ts";
import { isShared } from "../spaces.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { CryptoKey, WebCrypto } from "./web-crypto.ts";

/** Bits of a key's id: enough that two keys of one ring have different ones. */
const ID_BITS = 64;
const NO_SALT = new Uint8Array(0);

/** A master key and the keys that were derived from it. */
interface RingKey {
  readonly id: string;
  readonly master: CryptoKey;
  readonly derived: Map<string, Promise<CryptoKey>>;
}

/**
 * The keys of one namespace. Each is derived from a master key by HKDF (SHA-256), one for the namespace's own keys and one for `shared:` keys, which is the same
 * in every namespace. An id is derived from its master key, too, so that people name none and no two can be confused.
 */
export class KeyRing {
  readonly namespace: string;
  private readonly crypto: WebCrypto;
  private readonly keys: readonly [RingKey, ...RingKey[]];

  private constructor(crypto: WebCrypto, namespace: string, keys: readonly [RingKey, ...RingKey[]]) {
    this.crypto = crypto;
    this.namespace = namespace;
    this.keys = keys;
  }

  /** `masterKeys`: 32 bytes each, see `parseMasterKeys`; the first encrypts. */
  static async open(crypto: WebCrypto, namespace: string, masterKeys: readonly Uint8Array<ArrayBuffer>[]): Promise<KeyRing> {
    const [first, ...others] = await Promise.all(masterKeys.map((bytes) => ringKey(crypto, bytes)));
    if (!first) throw new GhostError("ENCRYPTION_KEY_INVALID", "cannot encrypt: there is no key");
    return new KeyRing(crypto, namespace, [first, ...others]);
  }

  /** The id of the key that encrypts. */
  get currentId(): string {
    return this.keys[0].id;
  }

  /** The key with this id, for a key of the store. Throws ENCRYPTION_KEY_UNKNOWN. */
  async keyFor(key: string, id: string): Promise<CryptoKey> {
    const found = this.keys.find((candidate) => candidate.id === id);
    if (!found)
      throw new GhostError("ENCRYPTION_KEY_UNKNOWN", `cannot decrypt ${key}: it was encrypted with another key (${id}) than this app has`, {
        hint: "add that key as a further line to the app's keys; the first line stays the one that encrypts",
        details: { key, keyId: id, known: this.keys.map((candidate) => candidate.id) },
      });
    return this.derive(found, this.spaceOf(key));
  }

  /** What a value is bound to besides its key: `shared:` keys are nobody's own. */
  spaceOf(key: string): string {
    return isShared(key) ? "shared" : `namespace/${this.namespace}`;
  }

  private derive(from: RingKey, space: string): Promise<CryptoKey> {
    const known = from.derived.get(space);
    if (known) return known;
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: NO_SALT, info: encodeUtf8(`ghost-data/1/${space}`) } as const;
    const derived = this.crypto.subtle.deriveKey(algorithm, from.master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    from.derived.set(space, derived);
    return derived;
  }
}

async function ringKey(crypto: WebCrypto, bytes: Uint8Array<ArrayBuffer>): Promise<RingKey> {
  const master = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits", "deriveKey"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: NO_SALT, info: encodeUtf8("ghost-data/1/key-id") } as const;
  const id = encodeBase64Url(new Uint8Array(await crypto.subtle.deriveBits(algorithm, master, ID_BITS)));
  return { id, master, derived: new Map() };
}
