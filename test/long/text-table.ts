/** Rows as aligned text: what the long suites print of their results. */

export function textTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => show(row[name] ?? "")))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length)));
  const isNumber = names.map((name) => rows.every((row) => typeof row[name] === "number"));
  return cells
    .map((line) => line.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function show(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en", { maximumFractionDigits: 1 }) : cell;
}

/** The value that `percent` of all are not above. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}
