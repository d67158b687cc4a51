/**
 * Finds where the last record of a key lies: open addressing over two numbers a slot, about 16 bytes a key. What a turn changed can be taken back, in the
 * order opposite to that in which it came.
 */

/** No record: nobody knows of the key; or it was known, and is to be looked for elsewhere. */
const EMPTY = 0;
const DROPPED = 1;
/** Addresses are at least this. */
export const ADDRESS_MIN = 2;

const SLOTS_MIN = 1024;
/** New for each process, so that nobody can choose keys that all fall into one place. */
const SEED = (Math.random() * 2 ** 32) | 0;
/** FNV-1a's (http://www.isthe.com/chongo/tech/comp/fnv/). */
const PRIME = 0x01000193;

export class KeyIndex {
  /** Keys that have a record. */
  size = 0;
  private readonly isOfKey: (address: number, namespace: number, key: string) => boolean;
  private hashes = new Uint32Array(SLOTS_MIN);
  private addresses = new Uint32Array(SLOTS_MIN);
  private mask = SLOTS_MIN - 1;
  /** Slots that are not empty. */
  private used = 0;
  /** Of the changes that may be taken back: the slot, and what was there. */
  private readonly undo: number[] = [];

  /** `isOfKey`: whether the record at an address is of a key. */
  constructor(isOfKey: (address: number, namespace: number, key: string) => boolean) {
    this.isOfKey = isOfKey;
  }

  /** Where the record of a key lies; 0: it has none. */
  find(namespace: number, key: string): number {
    if (this.size === 0) return 0;
    const address = this.addresses[this.slotOf(hashOf(namespace, key), namespace, key)] as number;
    return address < ADDRESS_MIN ? 0 : address;
  }

  /** A key's record lies there from now on; gives whether it had none. */
  set(namespace: number, key: string, address: number): boolean {
    if (this.used * 2 >= this.mask) this.rebuild((this.mask + 1) * 2);
    const hash = hashOf(namespace, key);
    const slot = this.slotOf(hash, namespace, key);
    const before = this.addresses[slot] as number;
    if (before === EMPTY) {
      this.used++;
      this.hashes[slot] = hash;
    }
    this.undo.push(slot, before);
    this.addresses[slot] = address;
    if (before >= ADDRESS_MIN) return false;
    this.size++;
    return true;
  }

  /** A key has no record any more; gives whether it had one. */
  drop(namespace: number, key: string): boolean {
    if (this.size === 0) return false;
    const slot = this.slotOf(hashOf(namespace, key), namespace, key);
    const before = this.addresses[slot] as number;
    if (before < ADDRESS_MIN) return false;
    this.undo.push(slot, before);
    this.addresses[slot] = DROPPED;
    this.size--;
    return true;
  }

  /** What changed since the last `settle` is as it was. */
  rollBack(): void {
    const { undo, addresses } = this;
    for (let index = undo.length - 2; index >= 0; index -= 2) {
      const slot = undo[index] as number;
      const before = undo[index + 1] as number;
      this.size += Number(before >= ADDRESS_MIN) - Number((addresses[slot] as number) >= ADDRESS_MIN);
      // Not empty: others were found past it.
      addresses[slot] = before === EMPTY ? DROPPED : before;
    }
    undo.length = 0;
    // On a disk that stays full each turn leaves slots behind.
    if (this.used > 2 * (this.size + SLOTS_MIN)) this.rebuild(this.mask + 1);
  }

  /** What changed stays. */
  settle(): void {
    this.undo.length = 0;
  }

  /** The addresses of all records, in no order; they must not change meanwhile. */
  *all(): Generator<number> {
    for (const address of this.addresses) if (address >= ADDRESS_MIN) yield address;
  }

  /** Where a key is, or would be. */
  private slotOf(hash: number, namespace: number, key: string): number {
    const { hashes, addresses, mask } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const address = addresses[slot] as number;
      if (address === EMPTY) return slot;
      if (hashes[slot] === hash && address !== DROPPED && this.isOfKey(address, namespace, key)) return slot;
    }
  }

  /** Gives all a new place, in `slots` slots. Those of dropped keys are left out where nothing can be taken back. */
  private rebuild(slots: number): void {
    const { hashes, addresses, undo } = this;
    const least = undo.length > 0 ? DROPPED : ADDRESS_MIN;
    const moved = new Uint32Array(addresses.length);
    this.hashes = new Uint32Array(slots);
    this.addresses = new Uint32Array(slots);
    this.mask = slots - 1;
    this.used = 0;
    for (let slot = 0; slot < addresses.length; slot++) {
      if ((addresses[slot] as number) < least) continue;
      const to = this.emptySlot(hashes[slot] as number);
      this.hashes[to] = hashes[slot] as number;
      this.addresses[to] = addresses[slot] as number;
      moved[slot] = to;
      this.used++;
    }
    for (let index = 0; index < undo.length; index += 2) undo[index] = moved[undo[index] as number] as number;
  }

  private emptySlot(hash: number): number {
    let slot = hash & this.mask;
    while (this.addresses[slot] !== EMPTY) slot = (slot + 1) & this.mask;
    return slot;
  }
}

function hashOf(namespace: number, key: string): number {
  let hash = SEED ^ namespace;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), PRIME);
  return (hash ^ (hash >>> 15)) >>> 0;
}
