/** A key that the platform holds. */
export interface CryptoKey {
  readonly type: string;
}

type Bytes = Uint8Array<ArrayBuffer>;
interface Hkdf {
  readonly name: "HKDF";
  readonly hash: "SHA-256";
  readonly salt: Bytes;
  readonly info: Bytes;
}
interface AesGcm {
  readonly name: "AES-GCM";
  readonly iv: Bytes;
  readonly additionalData: Bytes;
}

/** The part of WebCrypto that encryption uses; `globalThis.crypto` of every runtime is one. */
export interface WebCrypto {
  getRandomValues(bytes: Bytes): unknown;
  readonly subtle: {
    importKey(
      format: "raw",
      bytes: Bytes,
      algorithm: "HKDF",
      extractable: false,
      usages: ("deriveBits" | "deriveKey")[],
    ): Promise<CryptoKey>;
    deriveBits(algorithm: Hkdf, key: CryptoKey, bits: number): Promise<ArrayBuffer>;
    deriveKey(
      algorithm: Hkdf,
      key: CryptoKey,
      derived: { readonly name: "AES-GCM"; readonly length: 256 },
      extractable: false,
      usages: ("encrypt" | "decrypt")[],
    ): Promise<CryptoKey>;
    encrypt(algorithm: AesGcm, key: CryptoKey, bytes: Bytes): Promise<ArrayBuffer>;
    decrypt(algorithm: AesGcm, key: CryptoKey, bytes: Bytes): Promise<ArrayBuffer>;
  };
}
