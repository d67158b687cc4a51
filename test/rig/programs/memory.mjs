// memory.mjs MEGABYTES [SECONDS]: takes that much memory, says "took MEGABYTES", lives SECONDS (default: for ever).
const [megabytes = "50", seconds = "1000000"] = process.argv.slice(2);
const held = Array.from({ length: Number(megabytes) }, () => Buffer.alloc(1024 * 1024, 1));
console.log(`took ${held.length}`);
setTimeout(() => process.exit(held.length > 0 ? 0 : 1), Math.min(Number(seconds) * 1000, 2 ** 31 - 1));
