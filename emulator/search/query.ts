/** A query taken apart. Source: SLS "Search syntax". */

export type Comparison = ">" | ">=" | "<" | "<=" | "=";

export type Query =
  | { readonly kind: "all" }
  /** Words anywhere, or in one field. */
  | { readonly kind: "term"; readonly key?: string; readonly value: string }
  /** The field is there. */
  | { readonly kind: "exists"; readonly key: string }
  /** `abc*`, `a?c` */
  | { readonly kind: "wildcard"; readonly key?: string; readonly pattern: string }
  /** `#"in this order"` */
  | { readonly kind: "phrase"; readonly key?: string; readonly value: string }
  | { readonly kind: "compare"; readonly key: string; readonly by: Comparison; readonly value: number }
  | { readonly kind: "not"; readonly of: Query }
  | { readonly kind: "and" | "or"; readonly left: Query; readonly right: Query };
