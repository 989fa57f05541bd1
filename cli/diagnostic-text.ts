/** A diagnostic for a person: the place that editors and terminals turn into a link, then why, then the way out. */

import { join, relative } from "node:path";
import type { Diagnostic } from "@taut/codegen";
import type { Terminal } from "./terminal.ts";

export function diagnosticText(diagnostic: Diagnostic, root: string, terminal: Terminal): string {
  const { code, severity, place, message, typeText, remedy, other } = diagnostic;
  const where = `${shown(root, place.file)}:${place.line}:${place.column}`;
  const lines = [
    `${terminal.paint("bold", where)} ${terminal.paint(severity === "error" ? "red" : "yellow", severity)} ${code} ${message}`,
  ];
  lines.push(terminal.paint("dim", `    ${oneLine(typeText)}`));
  if (other !== undefined) lines.push(`    the other: ${shown(root, other.file)}:${other.line}:${other.column}`);
  lines.push(`    ${terminal.paint("cyan", "instead:")} ${remedy}`);
  return lines.join("\n");
}

/** Relative to where the command runs, so that it can be clicked. */
function shown(root: string, file: string): string {
  return relative(process.cwd(), join(root, file));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
