/**
 * The values that every peer sends: 256 distinct ones of each message, made from a counter so that each run sends the same.
 *
 * Knows no peer and loads nothing: a cold start pays for its peer alone.
 */

const CYCLE = 256;
/** For `index & CYCLE_MASK`. */
export const CYCLE_MASK = CYCLE - 1;

const cities = ["Wellington", "Lisbon", "Nairobi", "Osaka"];
const states = ["placed", "packed", "posted", "arrived"];

/** @param {number} index */
export function makeSmall(index) {
  return { id: index * 7919, name: `customer-${String(index).padStart(7, "0")}`, active: index % 2 === 0 };
}

/** @param {number} index */
export function makeOrder(index) {
  const number = String(index).padStart(6, "0");
  const city = cities[index % cities.length];
  const items = [];
  for (let i = 0; i < 8; i++) {
    const title = `Folding chair no. ${String(index * 8 + i).padStart(6, "0")}`;
    items.push({ sku: `S${i}${number}`, title, qty: 1 + i, price: 19.95 + index + i });
  }
  return {
    id: `ord-${number}`,
    customer: { id: `c-${number}`, name: "Ada King", email: `a.${number}@shop.nz` },
    address: { street: "12 Lamp Row", city: city.padEnd(10, "."), country: "NZ" },
    items,
    placed: new Date(1_700_000_000_000 + index * 1000),
    status: states[index % states.length].padEnd(7, "."),
    currency: "NZD",
    total: 1234.5 + index,
    paid: index % 2 === 1,
  };
}

export const smallMessages = () => Array.from({ length: CYCLE }, (_, index) => makeSmall(index));
export const orderMessages = () => Array.from({ length: CYCLE }, (_, index) => makeOrder(index));

/** One blob: its bytes are the same for every call, as no peer looks at them. */
export function blobMessage(bytes) {
  const data = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) data[i] = (i * 31) & 0xff;
  return { data };
}
