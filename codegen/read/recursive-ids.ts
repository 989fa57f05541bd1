/**
 * Which structures can contain themselves: the circles of the graph of references.
 *
 * Tarjan's algorithm with its own stack: a chain of ten thousand interfaces must not exhaust the machine's.
 */

interface Node {
  readonly id: string;
  readonly references: ReadonlySet<string>;
}

interface Visit {
  readonly id: string;
  readonly targets: readonly string[];
  next: number;
}

export function recursiveIds(nodes: ReadonlyMap<string, Node>): ReadonlySet<string> {
  const recursive = new Set<string>();
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open = new Set<string>();
  const stack: string[] = [];
  const enter = (id: string): Visit => {
    numbers.set(id, numbers.size);
    lowest.set(id, numbers.size - 1);
    stack.push(id);
    open.add(id);
    return { id, targets: [...(nodes.get(id)?.references ?? [])], next: 0 };
  };
  const lower = (id: string, to: number): void => void lowest.set(id, Math.min(lowest.get(id) ?? to, to));
  for (const root of nodes.keys()) {
    if (numbers.has(root)) continue;
    const visits = [enter(root)];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = visit.targets[visit.next];
      visit.next += 1;
      if (target !== undefined) {
        if (!numbers.has(target)) visits.push(enter(target));
        else if (open.has(target)) lower(visit.id, numbers.get(target) ?? 0);
        continue;
      }
      visits.pop();
      const parent = visits.at(-1);
      if (parent !== undefined) lower(parent.id, lowest.get(visit.id) ?? 0);
      if (lowest.get(visit.id) !== numbers.get(visit.id)) continue;
      const circle = stack.splice(stack.lastIndexOf(visit.id));
      for (const id of circle) {
        open.delete(id);
        if (circle.length > 1 || nodes.get(id)?.references.has(id) === true) recursive.add(id);
      }
    }
  }
  return recursive;
}
