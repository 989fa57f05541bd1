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

/** MongoDB's documents, and what another peer might send, are held against `bson` alone. */
const documents = ["flat", "deep", "full"];
const documentGoal = [4, 8];
const oddGoal = 2.5;

export function printTables(results) {
  const missed = [];
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
        if (mark === "!") missed.push(`${type} ${what} against ${result.library}: ${times.toFixed(1)} of ${must}`);
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
      const cells = times.map((value, i) => {
        const isMissed = goals[i] !== undefined && value < goals[i];
        if (isMissed) missed.push(`${type} ${["encode", "decode"][i]} alone against bson: ${value.toFixed(1)} of ${goals[i]}`);
        return `bson ${value?.toFixed(1)}x${isMissed ? "!" : ""}`;
      });
      lines.push(`  ${"alone, against".padEnd(16)} ${cells.map((cell) => cell.padStart(20)).join(" ")}`);
    }
    lines.push("");
  }
  const odd = results.filter(({ condition, library }) => condition !== undefined && library === "taut");
  if (odd.length > 0)
    lines.push(
      `decoding what another peer might send: taut, bson, times faster (${oddGoal} must hold), times slower than the straight line`,
    );
  for (const result of odd) {
    const bson = find(result.type, "bson", result.condition);
    const times = ratio(bson, result, "decode");
    const line = ratio(result, find(result.type, "taut"), "decode");
    const cells = [
      number(minimum(result.decode)),
      number(minimum(bson?.decode ?? [])),
      times === undefined ? "" : `${times.toFixed(1)}x${times < oddGoal ? "!" : ""}`,
      line === undefined ? "" : `${line.toFixed(1)}x`,
    ];
    if (times < oddGoal)
      missed.push(`${result.type} decode, ${result.condition}, against bson: ${times.toFixed(1)} of ${oddGoal}`);
    lines.push(`  ${`${result.type}, ${result.condition}`.padEnd(22)} ${cells.map((cell) => cell.padStart(9)).join(" ")}`);
  }
  lines.push("", missed.length === 0 ? "all that must hold holds" : "missed:", ...missed.map((line) => `  ${line}`));
  process.stdout.write(`${lines.join("\n")}\n`);
  return missed;
}

function goal(type, library, i) {
  const row = targets[library]?.[type];
  if (row !== undefined) return [row[i], row[i + 2]];
  if (documents.includes(type) && library === "bson") return documentGoal;
  return [];
}
