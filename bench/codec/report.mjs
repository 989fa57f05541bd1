/** Tables of the codec benchmark: nanoseconds a value, and how many times faster Taut is, held against the targets. */

const minimum = (list) => (list.length === 0 ? undefined : Math.min(...list));
const number = (value) => (value === undefined ? "" : value < 100 ? value.toFixed(1) : Math.round(value).toString());

/** Times faster: what must hold, and what is aimed at. `[encode, decode]` of each type. */
const targets = {
  bson: { small: [8, 7, 11, 10], order: [4, 7, 6, 11], table: [12, 7, 25, 11] },
  json: { small: [5, 6, 8, 8], order: [2.5, 3.5, 4.5, 5], table: [10, 8, 20, 12] },
  "protobuf-es": { small: [8, 6, 12, 9], order: [4, 4, 5.5, 6], table: [8, 8, 12, 12] },
  protobufjs: { small: [2.5, 1.2, 4.5, 1.8], order: [1.4, 1.8, 2.1, 2.4], table: [5, 3, 8, 4.5] },
  "msgpackr-records": { small: [3.5, 2.5, 5, 3.5], order: [1.4, 1, 2, 1.5], table: [4, 1.3, 8, 2] },
};
const alone = { small: [2.5, 3], order: [3, 6], table: [8, 6] };

export function printTables(results) {
  const find = (type, library, condition) =>
    results.find((result) => result.type === type && result.library === library && result.condition === condition);
  const ratio = (result, base, what) => {
    const ours = minimum(base?.[what] ?? []);
    const theirs = minimum(result?.[what] ?? []);
    return ours === undefined || theirs === undefined ? undefined : theirs / ours;
  };
  const lines = [
    "nanoseconds a value, the least of all repetitions; in brackets times slower than taut, '!' below what must hold, '+' above what is aimed at",
    "",
  ];
  for (const type of new Set(results.filter(({ condition }) => condition === undefined).map((result) => result.type))) {
    lines.push(`${type.padEnd(18)} ${"encode".padStart(20)} ${"decode".padStart(20)}`);
    for (const result of results.filter((entry) => entry.type === type && entry.condition === undefined)) {
      const cells = ["encode", "decode"].map((what, i) => {
        const times = ratio(result, find(type, "taut"), what);
        const [must, aim] = goal(type, result.library, i);
        const mark = times === undefined || must === undefined ? " " : times < must ? "!" : times >= aim ? "+" : " ";
        const text = result.library === "taut" || times === undefined ? "" : `(${times.toFixed(1)}x)${mark}`;
        return `${number(minimum(result[what])).padStart(10)} ${text.padStart(9)}`;
      });
      lines.push(`  ${result.library.padEnd(16)} ${cells.join(" ")}`);
    }
    const own = find(type, "taut-alone");
    const bson = find(type, "bson");
    if (own !== undefined && bson !== undefined) {
      const times = ["encode", "decode"].map((what) => ratio(bson, own, what));
      const goals = alone[type] ?? [];
      const cells = times.map((value, i) => `bson ${value?.toFixed(1)}x${goals[i] !== undefined && value < goals[i] ? "!" : ""}`);
      lines.push(`  ${"alone, against".padEnd(16)} ${cells.map((cell) => cell.padStart(20)).join(" ")}`);
    }
    lines.push("");
  }
  const odd = results.filter(({ condition, library }) => condition !== undefined && library === "taut");
  if (odd.length > 0)
    lines.push("decoding what another peer might send: taut, bson, times faster (2.5 must hold), against the straight line");
  for (const result of odd) {
    const bson = find(result.type, "bson", result.condition);
    const times = ratio(bson, result, "decode");
    const line = ratio(result, find(result.type, "taut"), "decode");
    const cells = [
      number(minimum(result.decode)),
      number(minimum(bson?.decode ?? [])),
      times === undefined ? "" : `${times.toFixed(1)}x${times < 2.5 ? "!" : ""}`,
      line === undefined ? "" : `${line.toFixed(1)}x`,
    ];
    lines.push(`  ${`${result.type}, ${result.condition}`.padEnd(22)} ${cells.map((cell) => cell.padStart(9)).join(" ")}`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

function goal(type, library, i) {
  const row = targets[library]?.[type];
  if (row !== undefined) return [row[i], row[i + 2]];
  if (["flat", "deep", "full"].includes(type) && library === "bson") return [4, 8];
  return [];
}
