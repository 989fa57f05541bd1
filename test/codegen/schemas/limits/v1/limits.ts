import type { Int32 } from "taut/schema";

/** What limits are tried on. */
export interface Limited {
  tree(tree: Tree): Promise<Tree>;
  /** Answers a tree so deep. */
  grow(depth: Int32): Promise<Tree>;
  trees(trees: AsyncIterable<Tree>): AsyncIterable<Tree>;
  names(names: Names): Promise<Names>;
}

export interface Tree {
  child?: Tree;
}

export interface Names {
  /** @maxLength 50 */
  text: string;
  /** @maxItems 50 */
  list: string[];
}
