/** The figures as text, one table a workload. */

import { isQuiet } from "../measure/machine.mjs";
import { figuresOf } from "./figures.mjs";

const number = (digits) => (value) => value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
const count = number(0);
/** Three significant digits below 1,000. */
const short = (value) => (value >= 100 ? count(value) : value.toLocaleString("en", { maximumSignificantDigits: 3 }));
const mebibytes = (bytes) => count(bytes / 1024 / 1024);
const kibibytes = (bytes) => short(bytes / 1024);

const latency = [
  { head: "p50 us", of: (f) => f.p50, show: short },
  { head: "p99 us", of: (f) => f.p99, show: short },
  { head: "p99.9 us", of: (f) => f.p999, show: short },
];
const cpu = [
  { head: "CPU us client", of: (f) => f.clientCpuUs, show: short },
  { head: "server", of: (f) => f.serverCpuUs, show: short },
];
const memory = [
  { head: "peak MiB client", of: (f) => f.clientPeakBytes, show: mebibytes },
  { head: "server", of: (f) => f.serverPeakBytes, show: mebibytes },
];
const rate = (head) => ({ head, of: (f) => f.perSecond, show: count });
const toFloor = { head: "/ floor", of: (f, floor) => floor && f.perSecond / floor.perSecond, show: short };

const columnsOf = {
  closed: (measures) => [
    ...(measures === "MB/s" ? [{ head: "MB/s", of: (f) => f.MBps, show: count }] : []),
    ...[rate("calls/s"), toFloor, ...latency, ...cpu, ...memory],
  ],
  stream: (measures) => [rate(measures), toFloor, ...cpu, ...memory],
  "ping-pong": (measures) => [rate(measures), toFloor, ...latency, ...cpu, ...memory],
  "open-loop": () => [rate("calls/s"), ...latency, cpu[1], ...memory],
  transfer: () => [
    { head: "p99 us alone", of: (f) => f.unloadedP99, show: short },
    { head: "p99 us beside it", of: (f) => f.p99, show: short },
    { head: "ratio", of: (f) => f.p99 / f.unloadedP99, show: short },
    { head: "transfer MB/s", of: (f) => f.transferMBps, show: count },
    ...memory,
  ],
  cold: () => [
    { head: "first answer ms", of: (f) => f.clientMs, show: short },
    { head: "median", of: (f) => f.clientMsMedian, show: short },
    { head: "/ floor", of: (f, floor) => floor && f.clientMs / floor.clientMs, show: short },
    { head: "listening ms", of: (f) => f.serverMs, show: short },
  ],
  idle: () => [
    { head: "KiB server", of: (f) => f.serverBytes, show: kibibytes },
    { head: "of it heap", of: (f) => f.serverHeapBytes, show: kibibytes },
    { head: "/ floor", of: (f, floor) => floor && f.serverBytes / floor.serverBytes, show: short },
    { head: "KiB client", of: (f) => f.clientBytes, show: kibibytes },
  ],
};

/** @param {{ title: string, kind: string, measures: string, entries: object[] }} workload */
export function tableOf({ title, kind, measures, entries }) {
  const floor = figuresOf(entries.find(({ peer }) => peer === "floor") ?? { rounds: [] });
  const columns = columnsOf[kind](measures);
  const rows = [["", ...columns.map(({ head }) => head)]];
  const remarks = [];
  const others = [];
  for (const entry of entries) {
    const figures = figuresOf(entry);
    if (figures === undefined || entry.error !== undefined) {
      remarks.push(`${entry.label}: ${entry.skipped ?? `failed: ${entry.error}`}`);
    }
    if (figures === undefined) continue;
    others.push(figures.othersCores ?? 0);
    if (figures.isOverloaded) remarks.push(`${entry.label}: cannot hold this rate`);
    const cells = columns.map(({ of, show }) => {
      const value = of(figures, floor);
      return value === undefined || Number.isNaN(value) ? "" : show(value);
    });
    rows.push([entry.label, ...cells]);
  }
  const busy = Math.max(0, ...others);
  if (!isQuiet({ othersCores: busy }))
    remarks.push(`the machine was busy: other programs used ${short(busy)} cores beside; measure again`);
  return `${title}\n${align(rows)}${remarks.map((remark) => `  - ${remark}\n`).join("")}`;
}

function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join("");
}

export const tableNotes =
  "Rates and CPU are each peer's best round, latencies the median of the rounds, memory the peak. CPU is of all threads of a process, a call.\n";
