/** An SVG of a run's figures: one panel a workload, one bar a peer, logarithmic, as the peers are apart by factors and not by margins. */

import { figuresOf } from "./figures.mjs";

const panels = [
  { workload: "small-64", title: "small echo, 64 in flight: calls/s", of: (f) => f.perSecond },
  { workload: "order-64", title: "1 KB order, 64 in flight: calls/s", of: (f) => f.perSecond },
  { workload: "small-64", title: "small echo: CPU µs a call, both ends (less is better)", of: (f) => f.cpuUs },
  { workload: "small-1", title: "small echo, one at a time: p50 in µs (less is better)", of: (f) => f.p50 },
  { workload: "bytes-1m", title: "1 MiB of bytes: MB/s each way", of: (f) => f.MBps },
  { workload: "stream", title: "server stream: messages/s", of: (f) => f.perSecond },
];

const WIDTH = 1000;
const COLUMNS = 2;
const GAP = 32;
const BAR = 18;
const BAR_GAP = 6;
const LABEL = 160;
const VALUE = 60;
const HEAD = 28;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function shortNumber(value) {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)}k`;
  return value.toPrecision(3);
}

function panelOf({ title, entries, of }, x, y, width) {
  const bars = entries
    .map((entry) => ({ ...entry, figures: figuresOf(entry) }))
    .filter(({ figures }) => figures !== undefined && of(figures) !== undefined)
    .map(({ peer, label, figures }) => ({ peer, label, value: of(figures) }));
  // a bar has a length even for the smallest: the scale starts at half of it
  const low = Math.log10(Math.min(...bars.map(({ value }) => value)) / 2);
  const high = Math.log10(Math.max(...bars.map(({ value }) => value)));
  const room = width - LABEL - VALUE;
  const lines = [`<text class="title" x="${x}" y="${y + 14}">${escaped(title)}</text>`];
  for (const [index, { peer, label, value }] of bars.entries()) {
    const top = y + HEAD + index * (BAR + BAR_GAP);
    const length = Math.max(2, ((Math.log10(value) - low) / (high - low)) * room).toFixed(1);
    const kind = peer === "taut" ? "taut" : peer === "floor" ? "floor" : "peer";
    lines.push(
      `<text x="${x + LABEL - 8}" y="${top + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${kind}" x="${x + LABEL}" y="${top}" width="${length}" height="${BAR}" rx="2"/>`,
      `<text x="${(x + LABEL + Number(length) + 6).toFixed(1)}" y="${top + 13}">${shortNumber(value)}</text>`,
    );
  }
  return { lines, height: HEAD + bars.length * (BAR + BAR_GAP) };
}

export function chartOf({ nodeUnderTest, machine, startedAt, workloads }) {
  const shown = panels.filter(({ workload }) => workloads[workload] !== undefined);
  const width = (WIDTH - GAP * (COLUMNS + 1)) / COLUMNS;
  const body = [];
  let y = 64;
  for (let i = 0; i < shown.length; i += COLUMNS) {
    const row = shown
      .slice(i, i + COLUMNS)
      .map((panel, column) =>
        panelOf({ ...panel, entries: workloads[panel.workload].entries }, GAP + column * (width + GAP), y, width),
      );
    for (const { lines } of row) body.push(...lines);
    y += Math.max(...row.map(({ height }) => height)) + GAP;
  }
  const caption = `${startedAt.slice(0, 10)}, Node ${nodeUnderTest}, ${machine.cores} cores, loopback, two processes, one connection; logarithmic scales`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Taut and its peers, measured">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .head { font-weight: 600; font-size: 18px }
  .taut { fill: #0a7f5a } .floor { fill: #8c959f } .peer { fill: #b6c2cf }
  @media (prefers-color-scheme: dark) { text { fill: #d1d7e0 } .taut { fill: #2fbf8f } .floor { fill: #6e7681 } .peer { fill: #3d4853 } }
</style>
<text class="head" x="${GAP}" y="28">RPC between two Node.js processes</text>
<text x="${GAP}" y="46">${escaped(caption)}</text>
${body.join("\n")}
</svg>
`;
}
